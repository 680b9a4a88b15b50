# Stores parts of the files of a run; repeating it changes nothing.
umask 077
mkdir -p @folder@ && cd @folder@ || exit
@parts@
echo celesto stored
