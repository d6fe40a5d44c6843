import type { Collection, Storage, Stored } from "../storage/storage.ts";
import { noSuchBucket } from "./errors.ts";
import { KeyIndex } from "./key-index.ts";
import { abortOf, expirationOf } from "./lifecycle.ts";
import { decodeBucket, decodeObject, decodePart, decodeUpload } from "./records.ts";
import { encodeBucket, encodeObject, encodePart, encodeUpload } from "./records.ts";
import type { Part, StoredObject, Upload } from "./records.ts";
import type { Segment, Segments } from "./segments.ts";
import type { CorsRule, LifecycleRule } from "./template.ts";

/** A bucket, and what is in it. */
export interface Bucket {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly objects: KeyIndex<StoredObject>;
  /** By id. */
  readonly uploads: Map<string, Upload>;
  cors: readonly CorsRule[];
  lifecycle: readonly LifecycleRule[];
}

/** Rules are applied to what nobody asks for this often. */
const SWEEP_MILLIS = 3_600_000;

/** All buckets, in memory and behind that in the storage. What a lifecycle rule has ended is not there. */
export class Buckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #segments: Segments;
  readonly #now: () => number;
  readonly #store;
  #swept = 0;

  /** @param warn told, in a line, of records that cannot be read and are left out */
  constructor(storage: Storage, segments: Segments, now: () => number, warn: (line: string) => void) {
    this.#segments = segments;
    this.#now = now;
    this.#store = {
      buckets: storage.collection("s3/buckets"),
      objects: storage.collection("s3/objects"),
      uploads: storage.collection("s3/uploads"),
      parts: storage.collection("s3/parts"),
    };
    this.#load(warn);
  }

  /** @throws ServiceError NoSuchBucket */
  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** In the order of their names. */
  list(): readonly Bucket[] {
    return [...this.#buckets.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  create(name: string): Bucket {
    const head = { name, created: this.#now() };
    this.#store.buckets.put(name, encodeBucket(head));
    return this.#add(head);
  }

  /** Its uploads go with it; objects must be gone. */
  remove(bucket: Bucket): void {
    for (const upload of bucket.uploads.values()) this.removeUpload(bucket, upload);
    this.#buckets.delete(bucket.name);
    this.#store.buckets.remove(bucket.name);
  }

  /** An object that is there and has not ended. */
  object(bucket: Bucket, key: string): StoredObject | undefined {
    const object = bucket.objects.get(key);
    if (object === undefined || !this.#hasEnded(bucket, object)) return object;
    this.removeObject(bucket, key);
    return undefined;
  }

  /** Puts an object in the place of what had its key. */
  putObject(bucket: Bucket, object: StoredObject): void {
    const before = bucket.objects.get(object.key);
    bucket.objects.set(object.key, object);
    this.#store.objects.put(objectId(object), encodeObject(object));
    if (before !== undefined && before.content !== object.content) this.#segments.remove(before.content);
  }

  removeObject(bucket: Bucket, key: string): void {
    const object = bucket.objects.get(key);
    if (object === undefined) return;
    bucket.objects.delete(key);
    this.#store.objects.remove(objectId(object));
    this.#segments.remove(object.content);
  }

  putUpload(bucket: Bucket, upload: Upload): void {
    bucket.uploads.set(upload.id, upload);
    this.#store.uploads.put(upload.id, encodeUpload(upload));
  }

  putPart(upload: Upload, part: Part): void {
    const before = upload.parts.get(part.number);
    upload.parts.set(part.number, part);
    this.#store.parts.put(partId(part), encodePart(part));
    if (before !== undefined) this.#segments.remove(before.content);
  }

  /** @param kept segments that an object has taken over */
  removeUpload(bucket: Bucket, upload: Upload, kept: ReadonlySet<Segment> = new Set()): void {
    bucket.uploads.delete(upload.id);
    for (const part of upload.parts.values()) {
      this.#store.parts.remove(partId(part));
      this.#segments.remove(part.content.filter((segment) => !kept.has(segment)));
    }
    this.#store.uploads.remove(upload.id);
  }

  /** Ends what rules end. To be called with requests: does nothing within an hour of the last time. */
  sweep(): void {
    const now = this.#now();
    if (now - this.#swept < SWEEP_MILLIS) return;
    this.#swept = now;
    for (const bucket of this.#buckets.values()) {
      if (bucket.lifecycle.length === 0) continue;
      for (const object of bucket.objects.values()) {
        if (this.#hasEnded(bucket, object)) this.removeObject(bucket, object.key);
      }
      for (const upload of bucket.uploads.values()) {
        const end = abortOf(upload, bucket.lifecycle);
        if (end !== null && end <= now) this.removeUpload(bucket, upload);
      }
    }
  }

  #hasEnded(bucket: Bucket, object: StoredObject): boolean {
    if (bucket.lifecycle.length === 0) return false;
    const expiration = expirationOf(object, bucket.lifecycle);
    return expiration !== null && expiration.at <= this.#now();
  }

  #add(head: { readonly name: string; readonly created: number }): Bucket {
    const bucket: Bucket = { ...head, objects: new KeyIndex(), uploads: new Map(), cors: [], lifecycle: [] };
    this.#buckets.set(head.name, bucket);
    return bucket;
  }

  #load(warn: (line: string) => void): void {
    for (const head of readAll(this.#store.buckets, decodeBucket, warn)) this.#add(head);
    const objects = readAll(this.#store.objects, decodeObject, warn);
    const uploads = new Map(readAll(this.#store.uploads, decodeUpload, warn).map((upload) => [upload.id, upload]));
    const parts = readAll(this.#store.parts, decodePart, warn);

    const missing = this.#segments.clean(new Set([...objects, ...parts].flatMap(({ content }) => filesOf(content))));
    const isWhole = (content: readonly Segment[]): boolean =>
      content.every((one) => !("file" in one) || !missing.has(one.file));
    // A kill while an upload was completed may leave its parts beside the object that has taken them over.
    const owned = new Set(objects.flatMap(({ content }) => filesOf(content)));
    for (const part of parts) if (filesOf(part.content).some((file) => owned.has(file))) uploads.delete(part.upload);

    for (const object of objects) {
      const bucket = this.#buckets.get(object.bucket);
      if (bucket === undefined || !isWhole(object.content)) {
        warn(`The object ${object.key} of ${object.bucket} has lost its file; it is left out.`);
        continue;
      }
      bucket.objects.set(object.key, object);
      this.#segments.adopt(object.content);
    }
    for (const upload of uploads.values()) this.#buckets.get(upload.bucket)?.uploads.set(upload.id, upload);
    for (const part of parts) {
      const upload = uploads.get(part.upload);
      if (upload === undefined || !isWhole(part.content)) continue;
      upload.parts.set(part.number, part);
      this.#segments.adopt(part.content);
    }
  }
}

/** What an earlier run left in a collection, without what cannot be read. */
function readAll<T>(collection: Collection, decode: (value: Stored) => T, warn: (line: string) => void): T[] {
  return [...collection.entries()].flatMap(([id, value]) => {
    try {
      return [decode(value)];
    } catch (error) {
      warn(`S3 leaves out a record that can't be read, ${JSON.stringify(id)}: ${String(error)}`);
      return [];
    }
  });
}

function filesOf(content: readonly Segment[]): string[] {
  return content.flatMap((one) => ("file" in one ? [one.file] : []));
}

/** Buckets have no slash in their names. */
function objectId({ bucket, key }: StoredObject): string {
  return `${bucket}/${key}`;
}

function partId({ upload, number }: Part): string {
  return `${upload}/${number}`;
}
