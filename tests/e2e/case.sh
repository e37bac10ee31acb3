# shellcheck shell=bash disable=SC2034
# Reading a case file: runner has the format. Sourced by runner and by precompile.
#
# Little here starts a process, since in an emulated guest each costs some 20 ms: results come in variables.

case_fields='kernels requires processors boot daemon config script compile'
step_fields='run user timeout status expect expect~ reject~ expect-stderr expect-stderr~ reject-stderr~'

# Fills `fields` (key, or STEP.key) and `steps`; else returns 1 with what is wrong in `problem`.
declare -A fields
read_case() { # read_case FILE
    local line number=0 key='' text name scope
    fields=() steps=0
    while IFS= read -r line || [ -n "$line" ]; do
        number=$((number + 1)) problem=$1:$number:
        if [[ $line == '#'* ]]; then
            key=
        elif [[ $line == '    '* || -z $line ]]; then
            if [ -n "$key" ]; then fields[$key]+=${line#    }$'\n'
            elif [ -n "$line" ]; then problem+=" a line of no field"; return 1; fi
        elif [[ $line =~ ^([a-z][a-z~-]*)(\ [^: ]+)?:(\ (.*))?$ ]]; then
            name=${BASH_REMATCH[1]} key=$name${BASH_REMATCH[2]} text=${BASH_REMATCH[4]}
            [ "$key" != run ] || steps=$((steps + 1))
            if [[ " $case_fields " == *" $key "* || $key == file\ * ]]; then scope=
            elif [[ " $step_fields " == *" $key "* ]]; then scope=$steps.
            else problem+=" no field \"$key\""; return 1; fi
            if [ "$scope" = 0. ]; then problem+=" \"$key\" before the first run:"; return 1; fi
            key=$scope$key
            if [ -n "${fields[$key]+set}" ]; then problem+=" a second \"$name\""; return 1; fi
            fields[$key]=${text:+$text$'\n'}
        else
            problem+=" neither a field nor a block"
            return 1
        fi
    done <"$1"
    problem="$1: no run:"
    [ "$steps" -gt 0 ] || return 1
    for key in "${!fields[@]}"; do # blank lines behind a block belong to the layout
        while [[ ${fields[$key]} == *$'\n\n' ]]; do fields[$key]=${fields[$key]%$'\n'}; done
    done
}

get() { # get KEY DEFAULT: the field on one line, in `value`
    value=${fields[$1]-$2}
    value=${value//$'\n'/ }
    value=${value% }
}

write_files() { # write_files DIR: the files that the case brings
    local key
    for key in "${!fields[@]}"; do
        case $key in
            script) printf '%s' "${fields[$key]}" >"$1/test.stp" ;;
            file\ *) printf '%s' "${fields[$key]}" >"$1/${key#file }" ;;
        esac
    done
}
