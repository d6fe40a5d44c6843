import { join } from "node:path";
import { buildApp } from "fauxqs";
import { PersistenceManager } from "../../../../node_modules/fauxqs/dist/persistence.js";
import { FileS3Persistence } from "../../../../node_modules/fauxqs/dist/s3/fileS3Persistence.js";
import { S3Store } from "../../../../node_modules/fauxqs/dist/s3/s3Store.js";
import { SnsStore } from "../../../../node_modules/fauxqs/dist/sns/snsStore.js";
import { SqsStore } from "../../../../node_modules/fauxqs/dist/sqs/sqsStore.js";
import { ACCOUNT } from "../types.ts";

// The stores are not part of fauxqs' public exports. They are imported by path (the version is pinned) because event
// source mappings read queues in process, and because startFauxqs would open a second port for every call to cross.
export { S3Store, SqsStore };
export type { SqsQueue } from "../../../../node_modules/fauxqs/dist/sqs/sqsStore.js";
export type { InflightEntry } from "../../../../node_modules/fauxqs/dist/sqs/sqsTypes.js";

/** Bytes of a request body that S3 takes in one piece; fauxqs stops at 11 MiB, AWS at 5 GB. */
const MAX_OBJECT_BYTES = 256 * 1024 * 1024;

/** fauxqs without a port of its own: its stores, and the fastify application that speaks their protocols. */
export interface Fauxqs {
  readonly sqs: SqsStore;
  readonly s3: S3Store;
  readonly app: ReturnType<typeof buildApp>;
}

/**
 * Starts fauxqs in memory or, given a directory, from and to what is stored there.
 * @param awsUrl where the gateway answers: the base of queue URLs
 */
export async function startFauxqs(data: string | undefined, awsUrl: string): Promise<Fauxqs> {
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  // Without a host of its own, fauxqs makes queue URLs from the host that the request came to.
  stores.sqsStore.host = "";
  const persistence = data === undefined ? undefined : persist(stores, data, awsUrl);
  const app = buildApp({ logger: false, stores });
  app.addContentTypeParser(/^/, { parseAs: "buffer", bodyLimit: MAX_OBJECT_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook("onClose", () => persistence?.close());
  await app.ready();
  return { sqs: stores.sqsStore, s3: stores.s3Store, app };
}

/** Loads what is stored, then writes every change through: messages to SQLite, objects to files. */
function persist(
  stores: { sqsStore: SqsStore; snsStore: SnsStore; s3Store: S3Store },
  data: string,
  awsUrl: string,
): PersistenceManager {
  const messages = new PersistenceManager(data);
  // A commit costs an fsync otherwise, milliseconds each; what a power cut may take is the last moments of a local run.
  messages["db"].exec("PRAGMA synchronous = OFF");
  // fauxqs 2.4.1 writes NULL into a NOT NULL column here, so that ChangeMessageVisibility to 0 fails and loses the message.
  const makeReady = messages["db"].prepare(
    "UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?",
  );
  messages.updateMessageReady = (messageId) => {
    makeReady.run(messageId);
  };
  // The last run may have had another port.
  messages["db"].prepare("UPDATE sqs_queues SET url = ? || name").run(`${awsUrl}/${ACCOUNT}/`);
  messages.loadSqsAndSns(stores.sqsStore, stores.snsStore);
  stores.sqsStore.persistence = messages;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = messages;

  const objects = new FileS3Persistence(join(data, "s3"));
  objects.loadS3(stores.s3Store);
  stores.s3Store.persistence = objects;
  return messages;
}
