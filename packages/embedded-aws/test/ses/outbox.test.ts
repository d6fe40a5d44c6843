import { expect, it } from "vitest";
import { createOutbox } from "../../src/ses/outbox.ts";
import { createVolatileStorage } from "../../src/storage/storage.ts";
import { KillableStorage } from "../support/storage.ts";

const mail = (subject: string, text = "") => ({
  sender: null,
  from: "a@x",
  to: ["b@x"],
  cc: [],
  bcc: [],
  subject,
  text,
  html: null,
});

it("keeps the last 1,000 mails through a kill, newest first", async () => {
  const storage = new KillableStorage();
  const outbox = createOutbox(storage);
  for (let count = 1; count <= 1005; count += 1) outbox.add(mail(`m${count}`));
  await storage.written();
  outbox.add(mail("lost"));
  const next = storage.kill();
  const again = createOutbox(next);
  expect(again.list()).toHaveLength(1000);
  expect([again.list()[0]?.subject, again.list()[999]?.subject]).toEqual(["m1005", "m6"]);
  again.add(mail("m1006"));
  await next.written();
  expect(createOutbox(next.kill()).list()[0]?.subject).toBe("m1006");
  expect(next.sizes).toEqual({ "ses/mails": 1000 });
});

it("keeps what 64 MiB hold of large mails", () => {
  const outbox = createOutbox(createVolatileStorage());
  for (let count = 0; count < 10; count += 1) outbox.add(mail(`m${count}`, "x".repeat(10 * 1024 * 1024)));
  expect(outbox.list()).toHaveLength(6);
});
