namespace Replication.Server.Demo;

/// <summary>What the demo was asked for.</summary>
/// <param name="Replicas">How many, 1 to <see cref="MaxReplicas"/>.</param>
/// <param name="Data">Where the nodes keep their data; null for a temporary directory that is removed at the end.</param>
/// <param name="Once">Compare the nodes' digests and end, instead of going on until told to stop.</param>
internal sealed record DemoOptions(int Replicas, string? Data, bool Once)
{
    /// <summary>Replicas of a demo at most.</summary>
    public const int MaxReplicas = 9;

    /// <summary>Replicas unless told otherwise.</summary>
    public const int DefaultReplicas = 2;
}
