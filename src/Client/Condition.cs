using Contract = Replication.Protos.V1;

namespace Replication.Client;

/// <summary>What must hold of a record, or a collection, before a transaction for it to be applied.</summary>
public sealed record Condition
{
    private readonly Contract.Precondition _message;

    private Condition(Contract.Precondition message) => _message = message;

    /// <summary>There is no such record, or no such collection.</summary>
    public static Condition Absent { get; } = new(new Contract.Precondition { Absent = true });

    /// <summary>There is such a record, or such a collection.</summary>
    public static Condition Present { get; } = new(new Contract.Precondition { Present = true });

    /// <summary>There is such a record, and it was last written at or before a position.</summary>
    public static Condition UnchangedSince(LogPosition position) =>
        new(new Contract.Precondition { UnchangedSince = position.ToMessage() });

    internal Contract.Precondition ToMessage() => _message;
}
