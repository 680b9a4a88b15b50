# Changes to the directory of the setting, where the user may have written ~.
# shellcheck disable=SC2088 # the tilde is compared as it was written
# shellcheck disable=SC1007 # an empty CDPATH, so that cd prints nothing and searches nowhere else
directory=@directory@
case $directory in '~') directory=$HOME ;; '~/'*) directory=$HOME/${directory#??} ;; esac
CDPATH= cd -- "$directory" 2>/dev/null || printf '%s\n' @notFoundMessage@
