# Installs JupyterHub, its authenticator and its proxy into the folder $1, unless they are there.
set -euo pipefail
cd "$1"
# Not 6: the authenticator's log-in fails there.
want="jupyterhub 5.5.4, jupyterhub-nativeauthenticator 1.3.0, configurable-http-proxy 5"
[ "$(cat wanted 2>/dev/null)" = "$want" ] && exit 0
rm -rf venv node_modules wanted versions
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check \
  jupyterhub==5.5.4 jupyterhub-nativeauthenticator==1.3.0
npm install --silent --no-fund --no-audit --prefix . configurable-http-proxy@5 >/dev/null
{
  venv/bin/python -c 'import platform; print("Python " + platform.python_version())'
  venv/bin/pip list --disable-pip-version-check --format freeze \
    | grep -iE '^(jupyterhub|jupyterhub-nativeauthenticator|tornado|bcrypt|sqlalchemy)=='
  echo "configurable-http-proxy $(node -p 'require("./node_modules/configurable-http-proxy/package.json").version')"
  echo "Node.js $(node --version)"
} | paste -sd, | sed 's/==/ /g; s/,/, /g' > versions
echo "$want" > wanted
