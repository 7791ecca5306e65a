export interface Column<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  /** Track of a CSS grid. */
  readonly width: string;
  readonly end?: boolean;
  readonly sortable?: boolean;
  /** Left out where the table is narrower than so many rem. */
  readonly from?: number;
  /** The label is for screen readers only. */
  readonly bare?: boolean;
}

export interface Sort<Id extends string = string> {
  readonly by: Id;
  readonly descending: boolean;
}

export const nextSort = <Id extends string>(sort: Sort<Id>, by: Id): Sort<Id> =>
  sort.by === by ? { by, descending: !sort.descending } : { by, descending: false };
