# Completion of helm-purge for fish. As a file:
#   helm-purge completion fish > ~/.config/fish/completions/helm-purge.fish

function __helm_purge_candidates
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    set -l answer (helm-purge __complete -- $words "$current" 2>/dev/null)
    or return
    set -l directive (string replace ':' '' -- $answer[-1])
    set -e answer[-1]

    set -l flag ''
    if string match -q -- '--*=*' "$current"
        set flag (string replace -r '=.*' '=' -- "$current")
        set current (string replace -r '^[^=]*=' '' -- "$current")
    end
    switch $directive
        case 0
            set answer (__fish_complete_path "$current")
        case 16
            set answer (__fish_complete_directories "$current")
    end
    for candidate in $answer
        echo "$flag$candidate"
    end
end

complete -c helm-purge -f -a '(__helm_purge_candidates)'
