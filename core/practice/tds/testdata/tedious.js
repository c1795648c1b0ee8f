// Talks to the practice server with tedious and prints what it sees, line by
// line; TestTedious compares the lines. Arguments: port, password, encrypt.
'use strict';

const { Connection, Request, TYPES } = require('tedious');

const [port, password, encrypt] = process.argv.slice(2);
const say = (...words) => console.log(words.join(' '));

function connect(secret) {
  const connection = new Connection({
    server: 'localhost',
    authentication: { type: 'default', options: { userName: 'sa', password: secret } },
    options: {
      port: Number(port),
      database: 'ADSync',
      encrypt: encrypt === 'strict' ? 'strict' : encrypt === 'true',
      trustServerCertificate: false,
      connectTimeout: 10000,
      requestTimeout: 10000,
      rowCollectionOnRequestCompletion: true,
    },
  });
  return new Promise((resolve, reject) => {
    connection.on('error', () => {});
    connection.connect((err) => (err ? reject(err) : resolve(connection)));
  });
}

// run sends a request by the given method and resolves with its rows and values.
function run(connection, method, text, setUp) {
  return new Promise((resolve, reject) => {
    const output = {};
    const request = new Request(text, (err, count, rows) => {
      if (err) reject(err);
      else resolve({ count, rows: (rows || []).map((row) => row.map((cell) => cell.value)), output });
    });
    request.on('returnValue', (name, value) => { output[name] = value; });
    request.on('doneProc', (count, more, status) => { output.status = status; });
    if (setUp) setUp(request);
    connection[method](request);
  });
}

function prepared(connection) {
  return new Promise((resolve, reject) => {
    const values = [{ a: 6, b: 'x', c: null }, { a: 7, b: 'y', c: null }];
    let next = 0;
    const request = new Request('select @a, @b, @c', (err, count, rows) => {
      if (err) return reject(err);
      if (rows && rows.length) say('prepared', ...rows[0].map((cell) => String(cell.value)));
      if (next < values.length) return connection.execute(request, values[next++]);
      request.removeAllListeners('prepared');
      return resolve();
    });
    request.addParameter('a', TYPES.Int);
    request.addParameter('b', TYPES.NVarChar);
    request.addParameter('c', TYPES.DateTime2);
    request.on('prepared', () => connection.execute(request, values[next++]));
    connection.prepare(request);
  });
}

function bulk(connection) {
  return new Promise((resolve, reject) => {
    const load = connection.newBulkLoad('people', (err, count) => (err ? reject(err) : resolve(count)));
    load.addColumn('id', TYPES.Int, { nullable: false });
    load.addColumn('name', TYPES.NVarChar, { length: 50, nullable: true });
    connection.execBulkLoad(load, [{ id: 1, name: null }, { id: 2, name: 'ł' }]);
  });
}

function cancelled(connection) {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const request = new Request('endless rows', (err) => {
      if (err && err.code === 'ECANCEL') resolve();
      else reject(err || new Error('endless rows ended'));
    });
    request.on('row', () => { if (++seen === 100) connection.cancel(); });
    connection.execSqlBatch(request);
  });
}

function transaction(connection) {
  return new Promise((resolve, reject) => {
    connection.beginTransaction((err) => {
      if (err) return reject(err);
      return connection.commitTransaction((err2) => (err2 ? reject(err2) : resolve()));
    });
  });
}

async function main() {
  const connection = await connect(password);
  say('connected');
  const names = await run(connection, 'execSqlBatch', 'select name from sys.databases');
  for (const row of names.rows) say('batch', ...row.map(String));
  const all = await run(connection, 'execSqlBatch', 'select everything');
  say('rows', all.rows.length);
  try {
    await run(connection, 'execSqlBatch', 'select * from nowhere');
  } catch (err) {
    say('error', err.number);
  }
  const call = await run(connection, 'execSql', 'select @a, @b, @c', (request) => {
    request.addParameter('a', TYPES.Int, 5);
    request.addParameter('b', TYPES.NVarChar, 'ł😀');
    request.addParameter('c', TYPES.DateTime2, null);
  });
  say('call', ...call.rows[0].map(String));
  await prepared(connection);
  const twice = await run(connection, 'callProcedure', 'dbo.twice', (request) => {
    request.addParameter('n', TYPES.Int, 21);
    request.addOutputParameter('result', TYPES.Int);
  });
  say('twice', twice.output.result, 'status', twice.output.status);
  await transaction(connection);
  say('transaction done');
  say('bulk', await bulk(connection));
  await cancelled(connection);
  say('cancelled');
  const again = await run(connection, 'execSqlBatch', 'select 1');
  say('again', again.rows[0][0]);
  connection.close();
  try {
    await connect('wrong');
  } catch (err) {
    say('refused', err.code, err.cause ? err.cause.number || 18456 : 18456);
  }
}

main().catch((err) => {
  console.error('failed:', err);
  process.exit(1);
});
