import { Icon, type IconName } from "./icons.tsx";

/** The look of a state: its class name, which colours it, and its icon, since colours alone tell not everyone. */
const LOOKS: Readonly<Record<string, readonly [string, IconName]>> = {
  PENDING: ["pending", "clock"],
  STARTED: ["started", "play"],
  PROGRESS: ["started", "play"],
  RETRY: ["retry", "retry"],
  SUCCESS: ["success", "check"],
  FAILURE: ["failure", "cross"],
  REVOKED: ["revoked", "ban"],
  RESUMED: ["started", "retry"],
};

/** The class name of a state; one of a task's own runs. */
export function lookOf(status: string): string {
  return (LOOKS[status] ?? ["started"])[0] ?? "started";
}

/** Whether `status` is one that a task never leaves. */
export function isFinal(status: string): boolean {
  return status === "SUCCESS" || status === "FAILURE" || status === "REVOKED";
}

/** A state by its name and look. */
export function Status({ status }: { status: string }) {
  const [look, icon] = LOOKS[status] ?? ["started", "play"];
  return (
    <span class={`status ${look}`}>
      <Icon name={icon} />
      {status}
    </span>
  );
}

/** A bar of how much of a whole has come to which end. */
export function Bar({ parts, total, label }: { parts: readonly [string, number][]; total: number; label: string }) {
  return (
    <div class="bar" role="img" aria-label={label}>
      {parts.map(
        ([look, value]) =>
          value > 0 && <span key={look} class={look} style={{ width: `${(100 * value) / Math.max(total, value)}%` }} />,
      )}
    </div>
  );
}
