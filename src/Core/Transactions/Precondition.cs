using Replication.Core.Positions;

namespace Replication.Core.Transactions;

/// <summary>What must hold before a transaction for it to be applied.</summary>
public enum PreconditionKind
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>There is no such record, or no such collection.</summary>
    Absent,
    /// <summary>The record, or the collection, is there.</summary>
    Present,
    /// <summary>The record is there and was last written at or before a position.</summary>
    UnchangedSince,
}

/// <summary>A condition on the record, or the collection, that an operation names.</summary>
/// <param name="Kind">Which condition.</param>
/// <param name="Position">For <see cref="PreconditionKind.UnchangedSince"/>.</param>
public readonly record struct Precondition(PreconditionKind Kind, LogPosition Position = default)
{
    /// <summary>No condition.</summary>
    public static Precondition None => default;

    /// <summary>There is no such record.</summary>
    public static Precondition Absent => new(PreconditionKind.Absent);

    /// <summary>There is such a record.</summary>
    public static Precondition Present => new(PreconditionKind.Present);

    /// <summary>The record is there and was last written at or before a position.</summary>
    public static Precondition UnchangedSince(LogPosition position) => new(PreconditionKind.UnchangedSince, position);
}
