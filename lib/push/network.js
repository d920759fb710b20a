'use strict';

// How requests to a server get there: the proxy, and the certificate authorities to trust, from the environment that
// other programs obey too. Read here and not in the addon, since there it would be read while the app may write it.

const PORTS = { 'http:': '80', 'https:': '443' };

// `ca`: PEM file of the only authorities to trust. Without it, Mozilla's and those of NODE_EXTRA_CA_CERTS.
function network(url, { ca, env = process.env } = {}) {
  return { proxy: proxyOf(new URL(url), env), ca: ca ?? null, extraCa: (ca === undefined || ca === null) && env.NODE_EXTRA_CA_CERTS ? env.NODE_EXTRA_CA_CERTS : null };
}

// HTTPS_PROXY for https, HTTP_PROXY for http, else ALL_PROXY; NO_PROXY says for which hosts there is none. In small letters
// they go first, as with curl. Null without one, and for what is not an http or https proxy.
function proxyOf(url, env) {
  const variable = (name) => env[name.toLowerCase()] || env[name] || '';
  const proxy = variable(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || variable('ALL_PROXY');
  if (proxy === '' || exempt(url, variable('NO_PROXY'))) return null;
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  return URL.canParse(full) && Object.hasOwn(PORTS, new URL(full).protocol) ? full : null;
}

// NO_PROXY: hosts, with everything below them, `*` for all; each with a port if only that one is meant.
function exempt({ hostname, port, protocol }, list) {
  const host = hostname.replace(/^\[|\]$/g, '');
  return list.split(/[\s,]+/).filter(Boolean).some((entry) => {
    const { name, only } = /^(?<name>\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(?<only>\d+))?$/.exec(entry)?.groups ?? { name: entry };
    if (only !== undefined && only !== (port || PORTS[protocol])) return false;
    const bare = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '').toLowerCase();
    return bare === '*' || host === bare || host.endsWith(`.${bare}`);
  });
}

module.exports = { network };
