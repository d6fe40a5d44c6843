import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { chord, defineModule, defineTask } from "celeriac";
import * as z from "zod";

export const module = defineModule({
  permissions: [{ actions: ["s3:ListBucket"], resources: ["arn:aws:s3:::my-inbox"] }],
});

/** One object of the bucket: put your work here. */
export const measure = defineTask("bucket.measure", {
  args: z.tuple([z.string()]),
  run: (_self, key) => key.length,
});

export const total = defineTask("bucket.total", {
  args: z.tuple([z.array(z.number())]),
  run: (_self, sizes) => sizes.reduce((sum, size) => sum + size, 0),
});

/** Runs a task for each object of a bucket, and one with all results; its own result is that one's. */
export const scan = defineTask("bucket.scan", {
  args: z.tuple([z.string()]),
  run: async (self, bucket) => {
    const { Contents = [] } = await new S3Client().send(new ListObjectsV2Command({ Bucket: bucket }), {
      abortSignal: self.signal,
    });
    const keys = Contents.flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    return self.replace(
      chord(
        keys.map((key) => measure.s(key)),
        total,
      ),
    );
  },
});
