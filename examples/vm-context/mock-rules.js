module.exports = {
  '/': { status: 200, body: { service: 'mock', ok: true } },
  '/api/user': { status: 200, body: { id: 1, name: 'Ada', roles: ['admin'] } },
};
