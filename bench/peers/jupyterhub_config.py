# JupyterHub as a peer: accounts of its own, nothing to spawn, one reader of its API.
import os

c = get_config()  # noqa: F821
c.JupyterHub.bind_url = os.environ["BENCH_PUBLIC"]
c.JupyterHub.hub_bind_url = os.environ["BENCH_HUB"]
c.ConfigurableHTTPProxy.api_url = os.environ["BENCH_PROXY_API"]
c.ConfigurableHTTPProxy.command = [os.environ["BENCH_PROXY"]]
c.JupyterHub.db_url = "sqlite:///" + os.environ["BENCH_FOLDER"] + "/jupyterhub.sqlite"
c.JupyterHub.authenticator_class = "native"
c.NativeAuthenticator.open_signup = True
c.Authenticator.allow_all = True
# After the log-in a page, as trythis shows one, and not a notebook server.
c.JupyterHub.redirect_to_server = False
c.JupyterHub.services = [{"name": "bench", "api_token": os.environ["BENCH_TOKEN"]}]
c.JupyterHub.load_roles = [
    {"name": "bench", "services": ["bench"], "scopes": ["list:users", "read:users"]}
]
