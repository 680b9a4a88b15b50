# Begins the requested shell, or attaches to it where it persists.
shell=@shell@ bash=@bash@ zsh=@zsh@ fish=@fish@
@persistInMultiplexer@
@printStartMarker@
set -- "$bash" "$zsh" "$fish"
eval "$shell"
