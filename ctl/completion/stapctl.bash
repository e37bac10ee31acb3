# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for stapctl. Verbs and options come from its own help, sessions from the daemon: nothing here is to be kept
# in step with the program.
# shellcheck shell=bash

__stapctl_verbs() { stapctl help 2>/dev/null | sed -n 's/^  \([a-z]\+\) .*/\1/p'; }

# Those of a verb; with their = if they are written with one.
__stapctl_options() {
    stapctl "$1" --help 2>/dev/null | grep -oE -- '(^|[][ |,(])--?[[:alpha:]][[:alnum:]-]*=?' | tr -d '][ |,('
    echo --help
}

__stapctl_words() { # __stapctl_words LIST: those that begin with what is being written
    local before=${cur%"${cur##*[=@:]}"} word # bash takes these for separators and wants only what stands behind
    while read -r word; do
        [[ -z $word || $word != "$cur"* ]] || COMPREPLY+=("${word#"$before"}")
    done <<<"$1"
}

__stapctl_files() { # __stapctl_files [GLOB]: files that match, and folders
    local path=${cur#*=} file
    compopt -o filenames 2>/dev/null
    while read -r file; do
        # shellcheck disable=SC2053 # the right side is a pattern
        if [[ -d $file || ${file##*/} == ${1-*} ]]; then COMPREPLY+=("$file"); fi
    done < <(compgen -f -- "${path/#\~/$HOME}")
}

# The script of the catalogue among these words: what runs takes its KEY=VALUE.
__stapctl_script() {
    local name word
    while read -r name; do
        for word in "${words[@]:i+1:${#words[@]}-i-2}"; do
            [ "$word" != "$name" ] || { echo "$name" && return; }
        done
    done < <(stapctl "${common[@]}" scripts --names 2>/dev/null)
}

_stapctl() {
    local line=${COMP_LINE:0:COMP_POINT} words cur previous verb='' i name common=()
    COMPREPLY=()
    read -ra words <<<"$line"
    [[ $line != *[[:space:]] ]] || words+=('')
    [ ${#words[@]} -gt 1 ] || return
    cur=${words[-1]}
    for ((i = 1; i < ${#words[@]} - 1; i++)); do
        case ${words[i]} in
            --socket | -H | --host) common+=("${words[i]}" "${words[i + 1]}") && i=$((i + 1)) ;;
            -*) common+=("${words[i]}") ;;
            *) verb=${words[i]} && break ;;
        esac
    done
    previous=${words[-2]}
    if [ -z "$verb" ]; then
        case $previous in
            --socket) __stapctl_files && return ;;
            -H | --host) mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur") && return ;;
        esac
        case $cur in
            --socket=*) __stapctl_files ;;
            -*) __stapctl_words "$(printf '%s\n' --socket= --host= --no-ask-password --help --version)" ;;
            *) __stapctl_words "$(__stapctl_verbs)" ;;
        esac
        [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
        return
    fi
    case $previous in
        -o | --output) __stapctl_files && return ;;
        --kernel) __stapctl_words "$(ls /lib/modules 2>/dev/null)" && return ;;
        -x) __stapctl_words "$(ps -eo pid= | tr -d ' ')" && return ;;
        -c) compopt -o filenames 2>/dev/null && mapfile -t COMPREPLY < <(compgen -c -- "$cur") && return ;;
        -[TeDGSn] | --until | --name | --keep) return ;;
    esac
    case $cur in
        --overflow=*) __stapctl_words "$(printf -- '--overflow=%s\n' drop disconnect pause)" ;;
        --kernel=*) __stapctl_words "$(ls /lib/modules 2>/dev/null | sed 's/^/--kernel=/')" ;;
        --*file=* | --directory=*) __stapctl_files ;;
        -*)
            __stapctl_words "$(__stapctl_options "$verb")"
            [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
            ;;
        *)
            case $verb in
                attach | logs | snapshot | record | rotate | status | stop | wait)
                    __stapctl_words "$(stapctl "${common[@]}" list --names 2>/dev/null)" ;;
                run)
                    name=$(__stapctl_script)
                    if [ -n "$name" ]; then
                        __stapctl_words "$(stapctl "${common[@]}" scripts --keys "$name" 2>/dev/null)"
                        [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
                    else
                        __stapctl_files '*.stp'
                        __stapctl_words "$(stapctl "${common[@]}" scripts --names 2>/dev/null)"
                    fi
                    ;;
                check) __stapctl_files '*.stp' ;;
                scripts) __stapctl_words "$(stapctl "${common[@]}" scripts --names 2>/dev/null)" ;;
                requests) __stapctl_words "$(echo show && stapctl "${common[@]}" requests --ids 2>/dev/null)" ;;
                approve | reject) __stapctl_words "$(stapctl "${common[@]}" requests --ids 2>/dev/null)" ;;
                revoke) __stapctl_words "$(stapctl "${common[@]}" scripts --names 2>/dev/null && stapctl "${common[@]}" requests --ids 2>/dev/null)" ;;
                request) __stapctl_files '*.stp' ;;
                cat | merge) __stapctl_files ;;
                session)
                    __stapctl_words "$(find /etc/stapd/sessions.d -name '*.stp' -printf '%f\n' 2>/dev/null | sed 's/\.stp$//')" ;;
                functions | aliases)
                    [ -z "$cur" ] || __stapctl_words "$(stapctl "$verb" "$cur*" 2>/dev/null | grep -oE '^[[:alnum:]_.]+' | sort -u)" ;;
            esac
            ;;
    esac
}

complete -F _stapctl stapctl
