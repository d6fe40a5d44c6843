import { taskNodes } from "../../../src/core/canvas/node.ts";
import { type Operation, answer } from "../http/request.ts";

/** `GET /workflows`: the named workflows. */
export const listWorkflows: Operation = async (_request, services) => {
  const workflows = services.registry.workflows.map(({ name, node }) => ({
    name,
    tasks: [...taskNodes(node, [], false)].map((task) => task.node.task),
    node,
  }));
  return answer(200, { workflows });
};
