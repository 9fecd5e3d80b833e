namespace Replication.Core.Log;

/// <summary>What an entry is. A kind with the bit <see cref="EntryKinds.Optional"/> may be passed over by a node that does not know it.</summary>
public enum EntryKind : ushort
{
    /// <summary>Not an entry.</summary>
    None = 0,
    /// <summary>One committed transaction: <c>TransactionEntry</c>.</summary>
    Transaction = 1,
    /// <summary>The first entry of a reign: <c>EpochStartEntry</c>.</summary>
    EpochStart = 2,
    /// <summary>The voters and the quorum: <c>ConfigurationEntry</c>.</summary>
    Configuration = 3,
    /// <summary>The digest of the state before it: <c>StateDigestEntry</c>.</summary>
    StateDigest = 4,
}

/// <summary>Which kinds this version understands.</summary>
public static class EntryKinds
{
    /// <summary>Set in kinds that a node may pass over.</summary>
    public const ushort Optional = 0x8000;

    /// <summary>The newest kind that this version knows, and so may write.</summary>
    public const EntryKind Newest = EntryKind.StateDigest;

    /// <summary>Whether this version knows how to apply the kind, or may pass it over.</summary>
    public static bool CanRead(EntryKind kind) =>
        kind is >= EntryKind.Transaction and <= Newest || ((ushort)kind & Optional) != 0;
}
