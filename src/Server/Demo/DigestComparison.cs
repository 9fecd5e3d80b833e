using System.Globalization;
using Replication.Client;
using Replication.Node.Roles;
using Replication.Server.Demo.Display;
using Replication.Server.Demo.Nodes;

namespace Replication.Server.Demo;

/// <summary>The digests of all nodes at one position.</summary>
internal sealed class DigestComparison
{
    private static readonly TimeSpan CatchUpLimit = TimeSpan.FromSeconds(30);

    private readonly (DemoNode Node, DigestResult Digest)[] _results;

    private DigestComparison((DemoNode Node, DigestResult Digest)[] results) => _results = results;

    /// <summary>Whether all nodes hold the same.</summary>
    public bool AreEqual => _results.All(result => result.Digest == _results[0].Digest);

    /// <summary>The result in one sentence.</summary>
    public string Sentence => AreEqual
        ? string.Create(CultureInfo.InvariantCulture, $"All {_results.Length} nodes hold the same {_results[0].Digest.Records:N0} records at {_results[0].Digest.Position}: digest {_results[0].Digest.Digest}")
        : string.Create(CultureInfo.InvariantCulture, $"The nodes do NOT hold the same at {_results[0].Digest.Position}; the table shows their digests.");

    /// <summary>A row a node.</summary>
    public CellTable Table => new(
        ["NODE", "ROLE", "POSITION", "RECORDS", "DIGEST", "PID"],
        [.. _results.Select(static result => (string[])
        [
            result.Node.Name,
            result.Node.Role == NodeRole.Primary ? "primary" : "replica",
            result.Digest.Position.ToString(),
            CellTable.Number(result.Digest.Records),
            result.Digest.Digest,
            result.Node.ProcessId.ToString(CultureInfo.InvariantCulture),
        ])]);

    /// <summary>Asks each node for its digest where the primary is now; replicas may catch up first.</summary>
    public static async Task<DigestComparison> RunAsync(DemoCluster cluster, CancellationToken cancellation)
    {
        try
        {
            var now = await cluster.Primary.Client.DigestAsync(cancellation: cancellation);
            return new DigestComparison(await Task.WhenAll(cluster.Nodes.Select(async node => (node, await node.Client.DigestAsync(now.Position, CatchUpLimit, cancellation)))));
        }
        catch (ReplicationException failure)
        {
            throw new DemoException($"The nodes could not be compared: {failure.Message}", failure);
        }
    }
}
