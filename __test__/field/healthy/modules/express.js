'use strict';
const { load } = require('../../package-under-test.js');
const { get, listen } = require('../../loopback.js');

let server;
exports.setup = async () => {
  const { default: express } = await load();
  const app = express();
  app.use(express.json());
  app.get('/users/:id', (req, res) => res.json({ id: req.params.id, agent: req.get('user-agent') ?? null }));
  server = await listen(app);
};
exports.iterate = (i) => get(`${server.url}users/${i}?page=${i % 7}`);
exports.teardown = () => server.close();
