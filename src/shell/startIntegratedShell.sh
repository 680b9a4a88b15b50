# Begins a shell that can mark its prompts. GNU screen would cut the marks short, so not within it.
case $STY${SHELL##*/} in
bash) if [ -e /dev/fd/0 ]; then
export ENV=/dev/fd/9
exec "$SHELL" --posix -l 9<<CELESTO
$1
CELESTO
fi ;;
zsh) if folder=$(mktemp -d); then
printf '%s\n' "$2" >"$folder/.zshenv"
export ZDOTDIR="$folder"
exec "$SHELL" -l
fi ;;
fish) exec "$SHELL" -l --init-command "$3" ;;
esac
