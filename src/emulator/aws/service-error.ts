// How an AWS service says no: the exception's name and its sentence, as they stand on the wire.

/** A refusal; `name` is the exception's. */
export class ServiceError extends Error {
  readonly status: number

  constructor(name: string, sentence: string, status = 400) {
    super(sentence)
    this.name = name
    this.status = status
  }
}
