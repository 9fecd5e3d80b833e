// The standard services that generic tools rely on: health, reflection, and health over HTTP.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { call, connect, converse, failure, http } from './node.mjs';

const health = connect('health');
const reflection = connect('reflection');
after(() => {
  health.close();
  reflection.close();
});

for (const service of ['', 'replication.v1.Store', 'replication.v1.Feed', 'replication.v1.Cluster']) {
  test(`health of '${service}' is SERVING`, async () => {
    assert.equal((await call(health, 'Check', { service })).status, 'SERVING');
  });
}

test('health of an unknown service is NOT_FOUND', async () => {
  assert.equal((await failure(call(health, 'Check', { service: 'nobody' }))).status, 'NOT_FOUND');
});

test('watching health begins with the present state', async () => {
  const stream = health.Watch({ service: '' });
  const first = await new Promise((resolve, reject) => {
    stream.once('data', resolve);
    stream.on('error', (error) => (error.code === 1 ? undefined : reject(error)));
  });
  stream.cancel();

  assert.equal(first.status, 'SERVING');
});

test('reflection lists every service', async () => {
  const [answer] = await converse(reflection, 'ServerReflectionInfo', [{ list_services: '' }], 1);

  assert.deepEqual(answer.list_services_response.service.map((service) => service.name).sort(), [
    'grpc.health.v1.Health',
    'grpc.reflection.v1.ServerReflection',
    'replication.v1.Cluster',
    'replication.v1.Feed',
    'replication.v1.Store',
  ]);
});

test('reflection gives the file of a symbol with everything it imports', async () => {
  const [answer] = await converse(reflection, 'ServerReflectionInfo', [{ file_containing_symbol: 'replication.v1.Store' }], 1);

  const files = answer.file_descriptor_response.file_descriptor_proto.map((bytes) => bytes.toString('latin1'));
  assert.equal(files.length, 2);
  assert.ok(files.some((file) => file.includes('replication/v1/store.proto') && file.includes('CommitStream')));
  assert.ok(files.some((file) => file.includes('replication/v1/common.proto')));
});

test('reflection says what it does not know', async () => {
  const [answer] = await converse(reflection, 'ServerReflectionInfo', [{ file_containing_symbol: 'nobody.Service' }], 1);

  assert.equal(answer.error_response.error_code, 5);
});

for (const path of ['/health/live', '/health/ready', '/v1/status']) {
  test(`HTTP GET ${path} is 200`, async () => {
    assert.equal((await fetch(http + path)).status, 200);
  });
}

test('HTTP status and gRPC status name the same history', async () => {
  const cluster = connect('cluster');
  const over = { grpc: await call(cluster, 'Status', {}), http: await (await fetch(`${http}/v1/status`)).json() };
  cluster.close();

  assert.equal(over.http.history, over.grpc.history_id);
});
