import type { ComponentChildren } from "preact";

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  /** Whether only those who have the page read to them hear the title. */
  readonly quiet?: boolean;
  /** Whether it only decorates: it is not read out, and has no title. */
  readonly decorates?: boolean;
  /** Whether its cells name their rows. */
  readonly names?: boolean;
  /** Whether it has numbers, which stand on the right. */
  readonly number?: boolean;
  /** Whether the title stands beside each number on a phone, where a row is a card. */
  readonly titled?: boolean;
  /** The class of its cells besides. */
  readonly class?: string | ((row: Row) => string);
  readonly cell: (row: Row) => ComponentChildren;
}

/** Rows under titles. On a phone each row is a card. */
export function Table<Row>(props: {
  /** The class of the table, by which the stylesheet tells tables apart. */
  kind: string;
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  classOf?: (row: Row) => string | undefined;
  onClick?: (row: Row, event: MouseEvent) => void;
}) {
  const { kind, label, columns, rows, keyOf, classOf, onClick } = props;
  return (
    <div class="table-wrap">
      <table class={kind}>
        <caption class="visually-hidden">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Title key={column.title} column={column} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={classOf?.(row)} onClick={onClick && ((event) => onClick(row, event))}>
              {columns.map((column) => (
                <Cell key={column.title} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Title<Row>({ column }: { column: Column<Row> }) {
  if (column.decorates === true) return <th scope="col" class={classesOf(column)} aria-hidden="true" />;
  return (
    <th scope="col" class={classesOf(column)}>
      {column.quiet === true ? <span class="visually-hidden">{column.title}</span> : column.title}
    </th>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  if (column.names === true) return <th scope="row">{column.cell(row)}</th>;
  return (
    <td
      class={classesOf(column, row)}
      data-label={column.titled === true ? column.title : undefined}
      aria-hidden={column.decorates === true ? "true" : undefined}
    >
      {column.cell(row)}
    </td>
  );
}

/** The classes of a column's cells. @param row none for its title. */
function classesOf<Row>({ class: given, number }: Column<Row>, row?: Row): string | undefined {
  const own = typeof given === "function" ? (row === undefined ? "" : given(row)) : given;
  const classes = [own, number === true ? "number" : ""].filter((name) => name !== undefined && name !== "");
  return classes.length === 0 ? undefined : classes.join(" ");
}
