namespace Replication.Node.Roles;

/// <summary>What a node does.</summary>
public enum NodeRole
{
    /// <summary>The only node that writes.</summary>
    Primary,
    /// <summary>Follows another node and serves reads.</summary>
    Replica,
}
