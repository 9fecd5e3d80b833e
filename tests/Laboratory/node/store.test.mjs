// Store and Cluster over gRPC, as a program in another language uses them.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { call, collect, connect, converse, failure, put, readable, sealed } from './node.mjs';

const store = connect('store');
const cluster = connect('cluster');
after(() => {
  store.close();
  cluster.close();
});

const commit = (...operations) => call(store, 'Commit', { operations });
const get = (collection, key, require) => call(store, 'Get', { collection, key: Buffer.from(key), require });

test('a committed record is read back with its position', async () => {
  const { outcome, committed } = await commit(put('people', 'ada', { name: 'Ada' }));
  assert.equal(outcome, 'committed');

  const answer = await get('people', 'ada', { at_least: committed.position });

  assert.equal(answer.found, true);
  assert.deepEqual(JSON.parse(answer.value.toString()), { name: 'Ada' });
  assert.deepEqual(answer.written, committed.position);
  assert.ok(BigInt(answer.stamp.position.index) >= BigInt(committed.position.index));
  assert.equal(answer.stamp.age_millis, '0');
});

test('a transaction over two collections is seen whole', async () => {
  await commit(put('orders', '1', { of: 'ada' }), put('stock', 'lamp', { left: 4 }));

  const { items } = await call(store, 'BatchGet', {
    names: [['orders', '1'], ['stock', 'lamp'], ['stock', 'chair']].map(([collection, key]) => ({ collection, key: Buffer.from(key) })),
  });

  assert.deepEqual(items.map((item) => item.found), [true, true, false]);
  assert.deepEqual(items[0].written, items[1].written);
});

test('an absent record is an answer and a deleted one is absent', async () => {
  await commit(put('people', 'gone', {}));
  await commit({ delete: { collection: 'people', key: Buffer.from('gone') } });

  assert.equal((await get('people', 'gone')).found, false);
});

test('a scan gives records in key order, by prefix and in pages', async () => {
  await commit(...['b/2', 'a/1', 'b/1', 'b/3', 'c/1'].map((key) => put('tree', key, { key })));

  const whole = (await collect(store, 'Scan', { collection: 'tree' })).flatMap((page) => page.records).map(readable);
  const first = await collect(store, 'Scan', { collection: 'tree', prefix: Buffer.from('b/'), limit: 2 });
  const rest = await collect(store, 'Scan', { collection: 'tree', prefix: Buffer.from('b/'), continuation: first.at(-1).continuation });

  assert.deepEqual(whole.map(([key]) => key), ['a/1', 'b/1', 'b/2', 'b/3', 'c/1']);
  assert.deepEqual(first.flatMap((page) => page.records).map(readable), [['b/1', { key: 'b/1' }], ['b/2', { key: 'b/2' }]]);
  assert.deepEqual(rest.flatMap((page) => page.records).map(readable), [['b/3', { key: 'b/3' }]]);
  assert.equal(rest.at(-1).continuation.length, 0);
});

test('a scan takes a range, its end excluded', async () => {
  await commit(...['1', '2', '3', '4'].map((key) => put('range', key, key)));

  const pages = await collect(store, 'Scan', { collection: 'range', from: Buffer.from('2'), to: Buffer.from('4') });

  assert.deepEqual(pages.flatMap((page) => page.records).map((record) => record.key.toString()), ['2', '3']);
});

test('a large scan comes in several messages and whole', async () => {
  const count = 3000;
  await commit(...Array.from({ length: count }, (_, i) => put('large', String(i).padStart(6, '0'), { text: 'x'.repeat(100) })));

  const pages = await collect(store, 'Scan', { collection: 'large' });

  assert.ok(pages.length > 1);
  assert.equal(pages.flatMap((page) => page.records).length, count);
});

test('a failed precondition is an answer that names the operation, and changes nothing', async () => {
  await commit(put('people', 'taken', { version: 1 }));

  const { outcome, rejected } = await commit(put('people', 'other', {}), put('people', 'taken', { version: 2 }, { absent: true }));

  assert.equal(outcome, 'rejected');
  assert.equal(rejected.code, 'PRECONDITION_FAILED');
  assert.deepEqual([rejected.has_operation, rejected.operation], [true, 1]);
  assert.equal((await get('people', 'other')).found, false);
});

test('a record changed since a position is told apart from one that was not', async () => {
  const { committed } = await commit(put('people', 'cas', { version: 1 }));
  const since = { unchanged_since: committed.position };

  const first = await commit(put('people', 'cas', { version: 2 }, since));
  const second = await commit(put('people', 'cas', { version: 3 }, since));

  assert.deepEqual([first.outcome, second.outcome], ['committed', 'rejected']);
});

test('a collection of bytes keeps any bytes', async () => {
  const bytes = Buffer.from([0, 255, 128, 10]);
  await commit({ create_collection: { collection: 'blobs', kind: 'BYTES' } }, put('blobs', 'k', bytes));

  assert.deepEqual((await get('blobs', 'k')).value, bytes);
  const { collections } = await call(store, 'ListCollections', {});
  assert.deepEqual(collections.find((collection) => collection.name === 'blobs'), { name: 'blobs', kind: 'BYTES', records: '1' });
});

test('many commits share one stream and each is answered', async () => {
  const count = 200;
  const requests = Array.from({ length: count }, (_, i) => ({
    items: [{ ticket: String(i + 1), request: { operations: [put('stream', `k${i}`, i === 7 ? 'no json' : { i })] } }],
  }));

  const answers = await new Promise((resolve, reject) => {
    const stream = store.CommitStream();
    const items = [];
    stream.on('data', (message) => {
      items.push(...message.items);
      if (items.length === count) stream.end();
    });
    stream.on('error', reject);
    stream.on('end', () => resolve(items));
    for (const request of requests) stream.write(request);
  });

  assert.deepEqual(answers.map((item) => Number(item.ticket)).sort((a, b) => a - b), Array.from({ length: count }, (_, i) => i + 1));
  assert.deepEqual(answers.filter((item) => item.answer === 'error').map((item) => [item.ticket, item.error.code]), [['8', 'INVALID_JSON']]);
});

const errors = [
  ['an unknown collection', () => get('nowhere', 'k'), 'NOT_FOUND', 'UNKNOWN_COLLECTION'],
  ['a scan of an unknown collection', () => collect(store, 'Scan', { collection: 'nowhere' }), 'NOT_FOUND', 'UNKNOWN_COLLECTION'],
  ['a value that is no JSON', () => commit(put('people', 'k', '{')), 'INVALID_ARGUMENT', 'INVALID_JSON', 0],
  ['an empty key', () => commit(put('people', '', {})), 'INVALID_ARGUMENT', 'INVALID_KEY', 0],
  ['a key that is too long', () => commit(put('people', 'k'.repeat(1025), {})), 'INVALID_ARGUMENT', 'INVALID_KEY', 0],
  ['a collection with a name that cannot be', () => commit(put('People!', 'k', {})), 'INVALID_ARGUMENT', 'INVALID_COLLECTION_NAME', 0],
  ['a value that is too large', () => commit(put('people', 'k', JSON.stringify('x'.repeat(2 ** 20)))), 'INVALID_ARGUMENT', 'VALUE_TOO_LARGE', 0],
  ['an operation without an action', () => commit({}), 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
  ['a position that does not come', () => get('people', 'k', { at_least: { epoch: 1, index: '999999999' }, wait_millis: 50 }), 'DEADLINE_EXCEEDED', 'TOO_STALE'],
  ['a wait beyond the limit', () => get('people', 'k', { at_least: { epoch: 1, index: '1' }, wait_millis: 60_001 }), 'INVALID_ARGUMENT', 'INVALID_ARGUMENT'],
];

for (const [name, attempt, status, code, operation] of errors) {
  test(`${name} is ${status} with the typed error ${code}`, async () => {
    const failed = await failure(attempt());

    assert.equal(failed.status, status);
    assert.equal(failed.error?.code, code);
    assert.ok(failed.error.message.length > 10, failed.error.message);
    if (operation !== undefined) assert.deepEqual([failed.error.has_operation, failed.error.operation], [true, operation]);
  });
}

test('a collection that is there already cannot be made again', async () => {
  const create = { create_collection: { collection: 'twice', kind: 'JSON' } };
  await commit(create);

  const { status, error } = await failure(commit(create));

  assert.deepEqual([status, error.code], ['ALREADY_EXISTS', 'COLLECTION_EXISTS']);
});

test('the same position has the same digest each time it is asked for', async () => {
  const { committed } = await commit(put('people', 'digest', {}));

  const answers = await Promise.all([1, 2].map(() => call(cluster, 'Digest', { at: committed.position, wait_millis: 1000 })));

  assert.match(answers[0].digest, /^[0-9a-f]{32}$/);
  assert.deepEqual(answers[0], answers[1]);
});

test('status says what the node is', async () => {
  const status = await call(cluster, 'Status', {});

  assert.deepEqual([status.role, status.state, status.ready], ['primary', 'Primary', true]);
  assert.match(status.history_id, /^[0-9a-f]{32}$/);
  assert.ok(BigInt(status.applied_index) > 0n);
});

test('a replica may say hello, and is told where to begin', async () => {
  const feed = connect('feed');
  const hello = { protocol_version: 1, node_id: '77', node_name: 'laboratory', start_counter: '1', run_id: '5', log_format_version: 1 };

  const [first] = await converse(feed, 'Follow', [sealed({ hello })], 1).finally(() => feed.close());

  assert.equal(first.message, 'need_snapshot');
  assert.ok(first.need_snapshot.manifest.chunks.length > 0);
});
