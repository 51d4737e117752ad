// A certified OpenID provider for the end-to-end tests, with its own pages for development: any
// name and any password log in. Usage: node server.mjs PORT SITE
import { Provider } from 'oidc-provider';

const [port, site] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const client = (name) => ({
  client_id: name,
  client_secret: `secret of ${name}`,
  redirect_uris: [`${site}/login/${name}/callback`],
  response_types: ['code'],
  grant_types: ['authorization_code'],
});

const provider = new Provider(issuer, {
  clients: [client('company'), client('partner')],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'] },
  cookies: { keys: ['for a test'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      preferred_username: id,
      email: `${id.toLowerCase()}@example.org`,
    }),
  }),
  pkce: { required: () => true },
});

provider.on('server_error', (_, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1', () => console.log(`listening on ${issuer}`));
