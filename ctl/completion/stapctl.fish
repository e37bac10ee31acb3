# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for stapctl: verbs and options from its own help, sessions from the daemon.

function __stapctl_verbs
    stapctl help 2>/dev/null | awk '/^  [a-z]/ { verb = $1; getline; sub(/^ +/, ""); print verb "\t" $0 }'
end

# What stands on the line before the word that is being written: "verb" for the verb, "common" for what stands before that.
function __stapctl_line
    set -l words (commandline -opc)
    set -l common
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set -a common $word
            set skip 0
        else if contains -- $word --socket -H --host
            set -a common $word
            set skip 1
        else if string match -q -- '-*' $word
            set -a common $word
        else
            test $argv[1] = verb; and echo $word
            break
        end
    end
    test $argv[1] = common; and string join \n -- $common
end

function __stapctl_verb_is
    contains -- (__stapctl_line verb) $argv
end

function __stapctl_sessions
    stapctl (__stapctl_line common) list --names 2>/dev/null
end

function __stapctl_scripts
    stapctl (__stapctl_line common) scripts --names 2>/dev/null
end

function __stapctl_requests
    stapctl (__stapctl_line common) requests --ids 2>/dev/null
end

# The script of the catalogue on the line: what runs takes its KEY=VALUE.
function __stapctl_script
    set -l words (commandline -opc)
    for name in (__stapctl_scripts)
        contains -- $name $words[3..-1]; and echo $name; and return
    end
end

function __stapctl_run_words
    set -l name (__stapctl_script)
    if test -n "$name"
        stapctl (__stapctl_line common) scripts --keys $name 2>/dev/null
    else
        __stapctl_scripts
    end
end

function __stapctl_options
    stapctl (__stapctl_line verb) --help 2>/dev/null |
        string match -ra -- '(?:^|[][ |,(])--?[[:alpha:]][[:alnum:]-]*=?' | string trim -c '][ |,('
    echo --help
end

complete -c stapctl -f
complete -c stapctl -n 'test -z (__stapctl_line verb)' -a '(__stapctl_verbs)'
complete -c stapctl -n 'test -z (__stapctl_line verb)' -l socket -r -F -d 'Socket of stapd'
complete -c stapctl -n 'test -z (__stapctl_line verb)' -s H -l host -x -a '(__fish_print_hostnames)' -d 'stapd of another machine'
complete -c stapctl -n 'test -n (__stapctl_line verb); and string match -q -- "-*" (commandline -ct)' -a '(__stapctl_options)'
complete -c stapctl -n '__stapctl_verb_is attach logs snapshot record rotate status stop wait' -a '(__stapctl_sessions)'
complete -c stapctl -n '__stapctl_verb_is run check request' -k -a '(__fish_complete_suffix .stp)'
complete -c stapctl -n '__stapctl_verb_is run' -a '(__stapctl_run_words)'
complete -c stapctl -n '__stapctl_verb_is scripts revoke' -a '(__stapctl_scripts)'
complete -c stapctl -n '__stapctl_verb_is requests approve reject revoke' -a '(__stapctl_requests)'
complete -c stapctl -n '__stapctl_verb_is requests' -a show
complete -c stapctl -n '__stapctl_verb_is cat merge' -F
complete -c stapctl -n '__stapctl_verb_is session' -a "(path basename -E /etc/stapd/sessions.d/*.stp 2>/dev/null; or ls /etc/stapd/sessions.d 2>/dev/null | string replace -rf '\.stp\$' '')"
