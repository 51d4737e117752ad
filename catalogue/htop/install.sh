#!/bin/sh
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get update -q
apt-get install -q -y --no-install-recommends htop
apt-get clean
rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log

# A sandbox on its own has hardly a process to show, so htop gets some company: a small tree that
# nearly always sleeps, and that can be searched, sorted, reniced and killed.
cat > /usr/local/bin/htop-tour <<'BASH'
#!/bin/bash
named() { (exec -a "$1" sleep infinity) & }
(named oven; named mixer; exec -a bakery sleep infinity) &
(named till; named scales; exec -a shop sleep infinity) &
(exec -a baker bash /usr/local/lib/knead) &
exec htop
BASH
chmod 755 /usr/local/bin/htop-tour

# The one that works a little, to have something move.
cat > /usr/local/lib/knead <<'BASH'
while sleep 2; do for ((n = 0; n < 3000; n++)); do :; done; done
BASH

# They take their names while htop starts, so it has to look at names more than once.
mkdir -p /root/.config/htop
cat > /root/.config/htop/htoprc <<'CONF'
htop_version=3.2.2
config_reader_min_version=3
update_process_names=1
CONF

htop --version
