/** What a field gives to its control, so that label, hint and error belong to it. */
export interface FieldIds {
  readonly id: string;
  readonly describedby: string | undefined;
  readonly invalid: boolean;
}
