// A node's services, made from the repository's .proto files as they are.
import path from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

export { grpc };

const protos = path.resolve(import.meta.dirname, '../../../src/Protos');

export const definition = loader.loadSync(
  [
    'replication/v1/store.proto',
    'replication/v1/feed.proto',
    'replication/v1/cluster.proto',
    'grpc/health/v1/health.proto',
    'grpc/reflection/v1/reflection.proto',
  ],
  { includeDirs: [protos], keepCase: true, longs: String, enums: String, defaults: true, oneofs: true },
);

const packages = grpc.loadPackageDefinition(definition);
const errorTrailer = 'replication-error-bin';
const deadlineMillis = 20_000;

export const address = process.env.REPLICATION_GRPC ?? '127.0.0.1:7400';
export const http = process.env.REPLICATION_HTTP ?? 'http://127.0.0.1:7401';

const services = {
  store: packages.replication.v1.Store,
  feed: packages.replication.v1.Feed,
  cluster: packages.replication.v1.Cluster,
  health: packages.grpc.health.v1.Health,
  reflection: packages.grpc.reflection.v1.ServerReflection,
};

// A client of one service; close() it.
export function connect(name) {
  return new services[name](address, grpc.credentials.createInsecure());
}

function deadline() {
  return { deadline: new Date(Date.now() + deadlineMillis) };
}

// A unary call as a promise.
export function call(client, method, request) {
  return new Promise((resolve, reject) => client[method](request, deadline(), (failure, answer) => (failure ? reject(failure) : resolve(answer))));
}

// Every message of a server stream.
export async function collect(client, method, request) {
  const messages = [];
  for await (const message of client[method](request, deadline())) messages.push(message);
  return messages;
}

// crc32c (Castagnoli), bit by bit.
export function crc32c(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// A message of the follow stream with its check: the crc32c of the message as it is without it.
export function sealed(request) {
  return { ...request, check: crc32c(services.feed.service.Follow.requestSerialize(request)) };
}

// Sends messages on a duplex stream one after the other and answers what came back until `count` messages have.
export function converse(client, method, requests, count) {
  return new Promise((resolve, reject) => {
    const stream = client[method](deadline());
    const answers = [];
    stream.on('data', (answer) => {
      answers.push(answer);
      if (answers.length === count) stream.end();
    });
    stream.on('error', reject);
    stream.on('end', () => resolve(answers));
    for (const request of requests) stream.write(request);
  });
}

// The status and the typed error of a call that has to fail.
export async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    const [bytes] = error.metadata?.get(errorTrailer) ?? [];
    return { status: grpc.status[error.code], error: bytes ? definition['replication.v1.Error'].deserialize(bytes) : null };
  }
  throw new Error('The call was answered although it has to fail.');
}

export function put(collection, key, value, precondition) {
  const text = typeof value === 'object' && !Buffer.isBuffer(value) ? JSON.stringify(value) : value;
  return { put: { collection, key: Buffer.from(key), value: Buffer.from(text) }, precondition };
}

// A record as a person would write it.
export function readable(record) {
  return [record.key.toString(), JSON.parse(record.value.toString())];
}
