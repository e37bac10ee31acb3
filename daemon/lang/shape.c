/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/shape.h"

#define SHAPE(type, ...) { sizeof(type), { __VA_ARGS__ } }
#define F(kind, type, member) { FIELD_##kind, offsetof(type, member) }

const NodeShape expr_shapes[_EXPR_KIND_MAX] = {
        [EXPR_NUMBER] = SHAPE(ExprNumber),
        [EXPR_STRING] = SHAPE(ExprString),
        [EXPR_NAME] = SHAPE(ExprName),
        [EXPR_INDEX] = SHAPE(ExprIndex, F(EXPR, ExprIndex, array), F(EXPRS, ExprIndex, keys)),
        [EXPR_CALL] = SHAPE(ExprCall, F(EXPRS, ExprCall, args), F(PLAIN, ExprCall, targets),
                            F(SPAN, ExprCall, name_span)),
        [EXPR_UNARY] = SHAPE(ExprUnary, F(EXPR, ExprUnary, operand)),
        [EXPR_STEP] = SHAPE(ExprStep, F(EXPR, ExprStep, operand)),
        [EXPR_BINARY] = SHAPE(ExprBinary, F(EXPR, ExprBinary, left), F(EXPR, ExprBinary, right),
                              F(SPAN, ExprBinary, op_span)),
        [EXPR_ASSIGN] = SHAPE(ExprAssign, F(EXPR, ExprAssign, target), F(EXPR, ExprAssign, value),
                              F(SPAN, ExprAssign, op_span)),
        [EXPR_TERNARY] = SHAPE(ExprTernary, F(EXPR, ExprTernary, condition), F(EXPR, ExprTernary, yes),
                               F(EXPR, ExprTernary, no)),
        [EXPR_IN] = SHAPE(ExprIn, F(EXPRS, ExprIn, keys), F(EXPR, ExprIn, array)),
        [EXPR_REGEX] = SHAPE(ExprRegex, F(EXPR, ExprRegex, subject), F(LITERAL, ExprRegex, pattern),
                             F(SPAN, ExprRegex, op_span)),
        [EXPR_PRINT] = SHAPE(ExprPrint, F(EXPRS, ExprPrint, args), F(SPAN, ExprPrint, format_span)),
        [EXPR_STAT] = SHAPE(ExprStat, F(EXPR, ExprStat, stat), F(EXPR, ExprStat, param)),
        [EXPR_HIST] = SHAPE(ExprHist, F(EXPR, ExprHist, stat)),
        [EXPR_TARGET] = SHAPE(ExprTarget, F(EXPR, ExprTarget, value), F(PATH, ExprTarget, path)),
        [EXPR_DEFINED] = SHAPE(ExprDefined, F(EXPR, ExprDefined, operand)),
        [EXPR_ENTRY] = SHAPE(ExprEntry, F(EXPR, ExprEntry, operand)),
        [EXPR_OPERATOR] = SHAPE(ExprOperator, F(EXPRS, ExprOperator, args)),
        [EXPR_EMBEDDED] = SHAPE(ExprEmbedded, F(SPAN, ExprEmbedded, code_span)),
        [EXPR_CONTEXT] = SHAPE(ExprContext),
        [EXPR_LOAD] = SHAPE(ExprLoad, F(EXPR, ExprLoad, address)),
        [EXPR_STORE] = SHAPE(ExprStore, F(EXPR, ExprStore, address), F(EXPR, ExprStore, value)),
};

const NodeShape stmt_shapes[_STMT_KIND_MAX] = {
        [STMT_BLOCK] = SHAPE(StmtBlock, F(STMTS, StmtBlock, body)),
        [STMT_EMPTY] = SHAPE(StmtEmpty),
        [STMT_EXPR] = SHAPE(StmtExpr, F(EXPR, StmtExpr, expr)),
        [STMT_IF] = SHAPE(StmtIf, F(EXPR, StmtIf, condition), F(STMT, StmtIf, yes), F(STMT, StmtIf, no)),
        [STMT_WHILE] = SHAPE(StmtWhile, F(EXPR, StmtWhile, condition), F(STMT, StmtWhile, body)),
        [STMT_FOR] = SHAPE(StmtFor, F(EXPR, StmtFor, init), F(EXPR, StmtFor, condition),
                           F(EXPR, StmtFor, step), F(STMT, StmtFor, body)),
        [STMT_FOREACH] = SHAPE(StmtForeach, F(EXPR, StmtForeach, value), F(EXPRS, StmtForeach, keys),
                               F(EXPR, StmtForeach, array), F(EXPRS, StmtForeach, slice),
                               F(EXPR, StmtForeach, limit), F(STMT, StmtForeach, body)),
        [STMT_BREAK] = SHAPE(StmtBreak),
        [STMT_CONTINUE] = SHAPE(StmtContinue),
        [STMT_RETURN] = SHAPE(StmtReturn, F(EXPR, StmtReturn, value)),
        [STMT_NEXT] = SHAPE(StmtNext),
        [STMT_DELETE] = SHAPE(StmtDelete, F(EXPR, StmtDelete, target)),
        [STMT_TRY] = SHAPE(StmtTry, F(STMT, StmtTry, body), F(EXPR, StmtTry, variable),
                           F(STMT, StmtTry, handler)),
        [STMT_EMBEDDED] = SHAPE(StmtEmbedded, F(SPAN, StmtEmbedded, code_span)),
};
