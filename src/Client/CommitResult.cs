namespace Replication.Client;

/// <summary>What became of a transaction: it stands at <see cref="Position"/>, or it was rejected and never took effect.</summary>
public sealed record CommitResult
{
    private CommitResult(LogPosition? position, Rejection? rejection) => (Position, Rejection) = (position, rejection);

    /// <summary>Where the transaction stands in the log; null when it was rejected.</summary>
    public LogPosition? Position { get; }

    /// <summary>Why it is not in the log and never will be; null when it was committed.</summary>
    public Rejection? Rejection { get; }

    /// <summary>Whether it is durable and readable.</summary>
    public bool IsCommitted => Position is not null;

    /// <summary>The position, for callers that take a rejection as a failure.</summary>
    /// <exception cref="CommitRejectedException">The transaction was rejected.</exception>
    public LogPosition EnsureCommitted() => Position ?? throw new CommitRejectedException(Rejection!);

    internal static CommitResult Committed(LogPosition position) => new(position, null);

    internal static CommitResult Rejected(Rejection rejection) => new(null, rejection);
}

/// <summary>Why a transaction is not in the log and never will be.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people: what is wrong and what to do next.</param>
/// <param name="Operation">Position of the operation at fault, from 0; null when it is the whole transaction.</param>
public sealed record Rejection(ReplicationErrorCode Code, string Message, int? Operation);
