import type { Operation } from "./context.ts";
import { encoder, maxOf } from "./listing.ts";
import { compareKeys } from "./key-index.ts";
import { uploadOf } from "./multipart.ts";
import { xmlDocument } from "./xml.ts";

/** ListParts, in the order of their numbers. */
export const listParts: Operation = (context, request) => {
  const upload = uploadOf(context, request);
  const max = maxOf(request.query, "max-parts");
  const marker = maxOf(
    new Map([["part-number-marker", request.query.get("part-number-marker") || "0"]]),
    "part-number-marker",
  );
  const behind = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .toSorted((a, b) => a.number - b.number);
  const page = behind.slice(0, max);
  const xml = xmlDocument("ListPartsResult", {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.number ?? 0,
    MaxParts: max,
    IsTruncated: max > 0 && page.length < behind.length,
    ChecksumAlgorithm: upload.algorithm ?? undefined,
    ChecksumType: upload.algorithm === null ? undefined : upload.type,
    StorageClass: "STANDARD",
    Part: page.map(({ number, etag, size, modified, checksum }) => ({
      PartNumber: number,
      LastModified: new Date(modified).toISOString(),
      ETag: `"${etag}"`,
      Size: size,
      ...(upload.algorithm !== null && checksum !== null && { [`Checksum${upload.algorithm}`]: checksum }),
    })),
  });
  return { status: 200, xml };
};

/** ListMultipartUploads, in the order of their keys, those of one key in that of their starts. */
export const listMultipartUploads: Operation = (context, { bucket: name, query }) => {
  const bucket = context.buckets.get(name);
  const encode = encoder(query);
  const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
  const [keyMarker, idMarker] = [query.get("key-marker") ?? "", query.get("upload-id-marker") ?? ""];
  const max = maxOf(query, "max-uploads");
  const sorted = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .toSorted((a, b) => compareKeys(a.key, b.key) || a.started - b.started || compareKeys(a.id, b.id));
  const marked = idMarker === "" ? -1 : sorted.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const behind = sorted.filter(
    ({ key }, index) => keyMarker === "" || compareKeys(key, keyMarker) > 0 || (marked !== -1 && index > marked),
  );
  const prefixes = new Set<string>();
  const page: typeof behind = [];
  let next: (typeof behind)[number] | null = null;
  let truncated = false;
  for (const upload of behind) {
    const end = delimiter === "" ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const rolled = end === -1 ? null : upload.key.slice(0, end + delimiter.length);
    if (rolled === null || !prefixes.has(rolled)) {
      truncated = page.length + prefixes.size === max;
      if (truncated) break;
      if (rolled === null) page.push(upload);
      else prefixes.add(rolled);
    }
    next = upload;
  }
  const xml = xmlDocument("ListMultipartUploadsResult", {
    Bucket: name,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker,
    NextKeyMarker: truncated && next !== null ? encode(next.key) : undefined,
    NextUploadIdMarker: truncated && next !== null ? next.id : undefined,
    Prefix: encode(prefix),
    Delimiter: delimiter === "" ? undefined : encode(delimiter),
    EncodingType: query.get("encoding-type"),
    MaxUploads: max,
    IsTruncated: truncated && max > 0,
    Upload: page.map(({ key, id, started, algorithm, type }) => ({
      Key: encode(key),
      UploadId: id,
      StorageClass: "STANDARD",
      Initiated: new Date(started).toISOString(),
      ChecksumAlgorithm: algorithm ?? undefined,
      ChecksumType: algorithm === null ? undefined : type,
    })),
    CommonPrefixes: [...prefixes].map((one) => ({ Prefix: encode(one) })),
  });
  return { status: 200, xml };
};
