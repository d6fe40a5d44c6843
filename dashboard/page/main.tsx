import "./language.ts";
import "uplot/dist/uPlot.min.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/tasks.css";
import "./styles/graph.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { startLive } from "./live.ts";
import { applyPrefs } from "./prefs.ts";

applyPrefs();
startLive();
render(<App />, document.body);
