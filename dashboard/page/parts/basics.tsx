import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Refused, Unreachable } from "../api.ts";
import { ago, dated, moment } from "../format.ts";
import { t } from "../text/index.ts";
import { Icon } from "./icons.tsx";

/** What was asked for, the reason why it is not there, and how to ask again. */
export interface Loaded<Value> {
  readonly value: Value | null;
  readonly error: Error | null;
  readonly loading: boolean;
  readonly reload: () => void;
  readonly set: (value: Value) => void;
}

/** Asks for something when what it is asked by changes. The value of before shows until the new one is there. */
export function useLoad<Value>(ask: (signal: AbortSignal) => Promise<Value>, by: readonly unknown[]): Loaded<Value> {
  const [state, setState] = useState<{ value: Value | null; error: Error | null; loading: boolean }>({
    value: null,
    error: null,
    loading: true,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    ask(controller.signal).then(
      (value) => setState({ value, error: null, loading: false }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        setState({ value: null, error: error instanceof Error ? error : new Error(String(error)), loading: false });
      },
    );
    return () => controller.abort();
  }, [...by, round]);
  return {
    ...state,
    reload: () => setRound((before) => before + 1),
    set: (value) => setState({ value, error: null, loading: false }),
  };
}

/** The title of a page, and what can be done there. */
export function PageHead({
  title,
  sub,
  children,
}: {
  title: string;
  sub?: ComponentChildren;
  children?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · Celeriac`;
  }, [title]);
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        {sub !== undefined && <p class="muted">{sub}</p>}
      </div>
      {children !== undefined && <div class="actions">{children}</div>}
    </header>
  );
}

/** A part of a page with a heading. */
export function Section({
  title,
  aside,
  class: name = "",
  children,
}: {
  title: string;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`card ${name}`}>
      <div class="card-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Why there is nothing to see. */
export function Notice({ kind = "empty", children }: { kind?: "empty" | "error"; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={kind === "error" ? "alert" : undefined}>
      {children}
    </div>
  );
}

/** What a refusal says, with all that is at fault. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  if (error instanceof Unreachable) return <Down retry={retry} />;
  const missing = error instanceof Refused && (error.status === 401 || error.status === 403);
  return (
    <Notice kind="error">
      <p>{missing ? t("error.rights", { detail: error.message }) : error.message}</p>
      {error instanceof Refused && error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ path, message }) => (
            <li key={path + message}>
              {path !== "" && <code>{path}</code>} {message}
            </li>
          ))}
        </ul>
      )}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          {t("action.again")}
        </button>
      )}
    </Notice>
  );
}

/** What to do about an API that does not answer. */
function Down({ retry }: { retry: (() => void) | undefined }) {
  return (
    <Notice kind="error">
      <p>
        <b>{t("error.down")}</b>
      </p>
      <ul>
        <li>{t("error.down_local")}</li>
        <li>{t("error.down_stage")}</li>
      </ul>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          {t("action.again")}
        </button>
      )}
    </Notice>
  );
}

/** Stands where something will be. */
export function Loading() {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">{t("loading")}</span>
    </div>
  );
}

/** An id in full, with what copies it beside it, however narrow the screen is. */
export function WholeId({ id }: { id: string }) {
  return (
    <span class="whole-id">
      <code>{id}</code>
      <Copy text={id} label={t("task.copy_id")} />
    </span>
  );
}

/** A button that copies a text. */
export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <button
      type="button"
      class="plain"
      onClick={() => void copy()}
      aria-label={copied ? t("copied") : label}
      title={label}
    >
      <Icon name={copied ? "check" : "copy"} />
    </button>
  );
}

/** A time: how long ago, and exactly when. */
export function Time({ at, exact = false }: { at: string | null; exact?: boolean }) {
  if (at === null) return <span class="muted">–</span>;
  return (
    <time dateTime={at} title={dated(at)}>
      {exact ? moment(at, true) : ago(at, Date.now())}
    </time>
  );
}

/** Asks whether something is really to be done. The browser keeps the focus inside, and gives it back. */
export function Confirm({
  title,
  action,
  danger = false,
  disabled = false,
  children,
  onConfirm,
  onClose,
}: {
  title: string;
  action: string;
  danger?: boolean;
  /** Whether there is nothing to be done, or not yet. */
  disabled?: boolean;
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const confirm = (): void => {
    setBusy(true);
    onConfirm().then(
      () => dialog.current?.close(),
      (thrown: unknown) => {
        setBusy(false);
        setError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      },
    );
  };
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="confirm-title">
      <h2 id="confirm-title">{title}</h2>
      <div class="dialog-body">{children}</div>
      {error !== null && <Failure error={error} />}
      <div class="actions end">
        <button type="button" onClick={() => dialog.current?.close()}>
          {t("action.cancel")}
        </button>
        <button
          type="button"
          class={danger ? "primary danger" : "primary"}
          disabled={busy || disabled}
          onClick={confirm}
        >
          {action}
        </button>
      </div>
    </dialog>
  );
}

/** The first part of an id, which tells tasks apart on one screen. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
