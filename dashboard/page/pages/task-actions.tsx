import { useState } from "preact/hooks";
import { type Resumed, type Submission, type TaskData, post, remove } from "../api.ts";
import { Confirm } from "../parts/basics.tsx";
import { Icon } from "../parts/icons.tsx";
import { isFinal } from "../parts/status.tsx";
import { go, linkTo } from "../router.ts";
import { t } from "../text/index.ts";

type Asked = "resume" | "retry" | "revoke" | "terminate" | "forget" | null;

/** What can be done with a task in its state, each after a question. */
export function Actions({ task, status, reload }: { task: TaskData; status: string; reload: () => void }) {
  const [asked, setAsked] = useState<Asked>(null);
  const inCanvas =
    task.root_id !== task.task_id || task.group_id !== null || task.children.length > 0 || task.parent_id !== null;
  // One that never ran, since what came before it failed, has no arguments to be run again with.
  const isOwn = task.error === null || task.error.task_id === task.task_id;
  const resume = async (): Promise<void> => {
    const { task_id: id } = await post<Resumed>(`/canvases/${task.task_id}/resume`);
    go(linkTo("canvas", id));
  };
  const close = (): void => setAsked(null);
  const revoke = async (terminate: boolean): Promise<void> => {
    await post(`/tasks/${task.task_id}/revoke`, { terminate });
    reload();
  };
  const retry = async (): Promise<void> => {
    const { task_id: id } = await post<Submission>(`/tasks/${task.task_id}/retry`);
    go(linkTo("task", id));
  };
  const forget = async (): Promise<void> => {
    await remove(`/tasks/${task.task_id}`);
    go(linkTo("tasks"));
  };
  return (
    <>
      <a class={inCanvas ? "button" : "button quiet"} href={linkTo("canvas", task.task_id)}>
        <Icon name="graph" />
        {t("task.workflow")}
      </a>
      {isFinal(status) && status !== "SUCCESS" && inCanvas && (
        <button type="button" class={isOwn ? "" : "primary"} onClick={() => setAsked("resume")}>
          <Icon name="play" />
          {t("action.resume")}
        </button>
      )}
      <a class="button" href={linkTo("again", task.task_id)}>
        <Icon name="edit" />
        {t("action.again_edited")}
      </a>
      {isFinal(status) && status !== "SUCCESS" && isOwn && (
        <button type="button" class="primary" onClick={() => setAsked("retry")}>
          <Icon name="retry" />
          {t("action.retry")}
        </button>
      )}
      {(status === "PENDING" || status === "RETRY") && (
        <button type="button" class="danger" onClick={() => setAsked("revoke")}>
          <Icon name="ban" />
          {t("action.revoke")}
        </button>
      )}
      {!isFinal(status) && status !== "PENDING" && status !== "RETRY" && (
        <button type="button" class="danger" onClick={() => setAsked("terminate")}>
          <Icon name="stop" />
          {t("action.terminate")}
        </button>
      )}
      {isFinal(status) && (
        <button type="button" class="danger" onClick={() => setAsked("forget")}>
          <Icon name="cross" />
          {t("action.forget")}
        </button>
      )}
      {asked === "resume" && (
        <Confirm title={t("confirm.resume")} action={t("action.resume")} onConfirm={resume} onClose={close}>
          <p>{t("confirm.resume_text")}</p>
        </Confirm>
      )}
      {asked === "forget" && (
        <Confirm title={t("confirm.forget")} action={t("action.forget")} danger onConfirm={forget} onClose={close}>
          <p>{t("confirm.forget_text")}</p>
        </Confirm>
      )}
      {asked === "retry" && (
        <Confirm title={t("confirm.retry")} action={t("action.retry")} onConfirm={retry} onClose={close}>
          <p>{t("confirm.retry_text", { task: task.task })}</p>
        </Confirm>
      )}
      {asked === "revoke" && (
        <Confirm
          title={t("confirm.revoke")}
          action={t("action.revoke")}
          danger
          onConfirm={() => revoke(false)}
          onClose={close}
        >
          <p>{t("confirm.revoke_text")}</p>
        </Confirm>
      )}
      {asked === "terminate" && (
        <Confirm
          title={t("confirm.terminate")}
          action={t("action.terminate")}
          danger
          onConfirm={() => revoke(true)}
          onClose={close}
        >
          <p>{t("confirm.terminate_text")}</p>
        </Confirm>
      )}
    </>
  );
}
