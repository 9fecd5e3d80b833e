namespace Replication.Client;

/// <summary>How commits travel.</summary>
public enum CommitPath
{
    /// <summary>Concurrent commits of a client share one stream and are coalesced into messages. The default.</summary>
    Stream,

    /// <summary>Each commit is a call of its own: less to go wrong between strangers, several times slower under load.</summary>
    Unary,
}
