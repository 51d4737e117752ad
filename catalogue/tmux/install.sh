#!/bin/sh
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get update -q
apt-get install -q -y --no-install-recommends tmux
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log

cat > /root/.tmux.conf <<'CONF'
set -g default-terminal "tmux-256color"
set -g mouse on
set -g status-style "bg=colour24,fg=colour255"
set -g status-left " #S "
set -g status-right " Ctrl-b ? lists all keys "
set -g status-right-length 30
CONF

cat > /root/.welcome <<'TEXT'
tmux keeps many terminals in one.
Press Ctrl-b, let go, then one of:

  %      split left and right
  "      split above and below
  arrow  go to that pane
  z      zoom this pane, and back
  c n    new window, next window
  d      detach
  x      close this pane

The mouse works too.

TEXT

# Two panes to begin with. Detaching leads to a plain shell, from which one can go back.
cat > /usr/local/bin/tmux-tour <<'BASH'
#!/bin/bash
tmux new-session -s try 'cat .welcome; exec bash' \; \
  split-window -h -l 40% \; clock-mode \; select-pane -L
echo "tmux goes on without you. \`tmux attach\` brings you back, \`exit\` ends this sandbox."
exec bash
BASH
chmod 755 /usr/local/bin/tmux-tour

tmux -V
