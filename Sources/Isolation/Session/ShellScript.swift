import CLinux

/// What every bash of a session reads before its command (`BASH_ENV`, or `--rcfile` on a terminal). A file of the
/// template: the same for all, and read-only.
///
/// It restores the state from one descriptor and has the shell write its own to another when it exits, by an EXIT trap.
/// A shell that is killed or replaced by `exec`, or whose command sets an EXIT trap of its own, writes none.
enum ShellScript {
    static let path = "/etc/sandbox/session.bash"
    /// Variables with this name and a number from 0 hold `NAME=value` for this command alone.
    static let additionPrefix = "__SANDMARTIN_ADDITION_"

    static let text = """
        # Restores the state of the session's shell, and keeps it at the end.
        unset BASH_ENV
        __sandmartin_start=$PWD
        declare -A __sandmartin_added=() __sandmartin_before=()
        for __sandmartin_name in "${!\(additionPrefix)@}"; do
            __sandmartin_added[${!__sandmartin_name%%=*}]=${!__sandmartin_name#*=}
            unset "$__sandmartin_name"
        done

        __sandmartin_directory=
        . /proc/self/fd/\(SHELL_STATE_INPUT) 2>/dev/null
        exec \(SHELL_STATE_INPUT)<&-
        if [[ -n $__sandmartin_directory ]]; then
            __sandmartin_name=${OLDPWD-}
            # A shell begins in the workspace.
            builtin cd -- "$__sandmartin_directory" 2>/dev/null || {
                builtin cd -- "$__sandmartin_start"
                printf 'bash: %s is gone; now in %s\\n' "$__sandmartin_directory" "$PWD" >&2
            }
            if [[ -n $__sandmartin_name ]]; then OLDPWD=$__sandmartin_name; else unset OLDPWD; fi
        fi
        for __sandmartin_name in "${!__sandmartin_added[@]}"; do
            [[ -v $__sandmartin_name ]] && __sandmartin_before[$__sandmartin_name]=${!__sandmartin_name}
            export "$__sandmartin_name=${__sandmartin_added[$__sandmartin_name]}"
        done
        unset __sandmartin_name __sandmartin_directory __sandmartin_start

        __sandmartin_keep() {
            builtin set +efu
            builtin trap - DEBUG ERR RETURN
            builtin local name IFS=' '
            for name in "${!__sandmartin_added[@]}"; do
                [[ ${!name-} == "${__sandmartin_added[$name]}" ]] || continue
                if [[ -v __sandmartin_before[$name] ]]; then
                    builtin declare -gx "$name=${__sandmartin_before[$name]}"
                else
                    builtin unset -v "$name"
                fi
            done
            [[ $PWD == /* && $PWD -ef . ]] || PWD=$(builtin pwd -P) || PWD=/workspace
            builtin printf 'sandmartin 1\\0%s\\0' "$PWD"
            builtin umask -p
            builtin declare -px
            builtin printf '__sandmartin_directory=%q\\n' "$PWD"
            builtin printf '\\0end\\0'
        }

        if [[ $- == *i* ]]; then
            PS1='\\w\\$ '
        else
            trap '{ set +x; } 2>/dev/null; __sandmartin_keep 2>/dev/null >&\(SHELL_STATE_OUTPUT)' EXIT
        fi

        """
}
