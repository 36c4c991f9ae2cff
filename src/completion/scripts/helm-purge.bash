# Completion of helm-purge for bash. In ~/.bashrc:  source <(helm-purge completion bash)

_helm_purge() {
    local line=${COMP_LINE:0:COMP_POINT} words=() blanks word i
    # Bash takes words apart at = and :, too; here a word ends at a blank.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blanks=${line%%[![:space:]]*}
        line=${line#"$blanks"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$line
        line=${line#"$word"}
        word=${word//[\"\'\\]/}
        if [[ -n $blanks || $i -eq 0 ]]; then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
    done

    local answer directive
    answer=$(helm-purge __complete -- "${words[@]:1}" 2>/dev/null) || return 0
    directive=${answer##*:}

    # Bash replaces only what stands behind the last of these.
    local current=${words[${#words[@]} - 1]} flag='' breaks='' typed='' character candidate
    for character in : = @; do
        [[ $COMP_WORDBREAKS != *"$character"* ]] || breaks+=$character
    done
    [[ $current != --*=* ]] || flag=${current%%=*}=
    [[ -z $breaks ]] || typed=${current%"${current##*["$breaks"]}"}

    COMPREPLY=()
    while IFS= read -r candidate; do
        candidate=${candidate%%$'\t'*}
        [[ -z $candidate || $candidate == :* ]] && continue
        candidate=$flag$candidate
        COMPREPLY+=("${candidate#"$typed"}")
    done <<<"$answer"

    ((directive & 2)) && compopt -o nospace 2>/dev/null
    ((directive & 4)) && compopt +o default 2>/dev/null
    ((directive & 16)) && compopt +o default -o dirnames 2>/dev/null
    ((directive & 32)) && compopt -o nosort 2>/dev/null
    return 0
}

complete -o default -F _helm_purge helm-purge
