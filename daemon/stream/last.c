/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a stream: what no later sub-buffer can tell of, and the last record. */
#include "stream/stream-private.h"

/* The kernel's sums against ours. */
static void emit_last_losses(Stream *s, const struct stp_stat *stat) {
        uint64_t lost = 0, records = 0, damaged = 0;
        const RenderSkipped skipped = { stat->skipped_busy, stat->skipped_lock, stat->skipped_stack, stat->skipped_return };
        for (unsigned i = 0; i < s->reader.n_cpus; i++) {
                damaged += s->order.cpus[i].at.damaged;
                lost += s->order.cpus[i].at.lost;
                records += s->order.cpus[i].at.records;
        }
        struct {
                LedgerLoss at;
                RenderLost lost;
        } losses[] = {
                { LOSS_KERNEL_BUFFER, { .where = "kernel-buffer", .count = stat->lost > lost ? stat->lost - lost : 0 } },
                { LOSS_KERNEL_NMI, { .where = "kernel-nmi", .count = stat->lost_nmi } },
                { damaged ? LOSS_TRANSPORT_RESYNC : LOSS_KERNEL_BUFFER,
                  { .where = damaged ? "transport-resync" : "kernel-buffer", .bytes = damaged,
                    .count = stat->records > records ? stat->records - records : 0 } },
                { LOSS_PROBE_SKIPPED, { .where = "probe-skipped", .count = s->skipped, .skipped = &skipped } },
        };
        for (size_t i = 0; i < ELEMENTSOF(losses); i++) {
                losses[i].lost.cpu = -1;
                if (losses[i].lost.count > 0)
                        emit_lost(s, losses[i].at, clock_now(), &losses[i].lost);
        }
}

void emit_end(Stream *s) {
        struct stp_stat stat;
        if (reader_stat(&s->reader, &stat) == 0) {
                s->skipped = stat.skipped_busy + stat.skipped_lock + stat.skipped_stack +
                             stat.skipped_return;
                emit_last_losses(s, &stat);
                tell_skipped(s, &stat);
        }
        Stamp st = emit_stamp(s, clock_now());
        render_json_end(s->render, &st, &(RenderEnd) {
                .result = s->result ? s->result : "stop", .exit_status = s->exit_status, .events = st.seq,
                .lost = s->ledger.now->lost, .lost_at = s->ledger.now->lost_at,
        }, &s->line);
        emit_line(s, &st, true);
        tell_losses(s);
}
