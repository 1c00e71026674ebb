#!/bin/sh
# Adds Lesion Lab to this user's menu of programs, at the place where this folder lies now; run it again after moving it.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
menu="${XDG_DATA_HOME:-$HOME/.local/share}/applications"
# In a desktop entry a path is quoted, and \ " ` $ in it have a \ before them, of which the file's own syntax takes another.
quoted=$(printf '%s' "$here/lesion-lab" | sed 's/[\\"`$]/\\\\&/g')
mkdir -p "$menu"
escape() { printf '%s' "$1" | sed 's/[\\&|]/\\&/g'; }
sed -e "s|@EXECUTABLE@|$(escape "$quoted")|" -e "s|@ICON@|$(escape "$here/lesion-lab.png")|" \
    "$here/lesion-lab.desktop" > "$menu/lesion-lab.desktop"
echo "Lesion Lab is in the menu. To take it out again, delete $menu/lesion-lab.desktop"
