using Grpc.Net.Client;
using Replication.Client;
using Replication.ProcessKit;
using Replication.ProcessKit.Recording;
using Replication.Protos.Health.V1;
using Replication.Testing;

namespace Replication.Processes.Tests;

public sealed class KillTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("replication-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A1_A_primary_killed_ten_times_under_load_loses_nothing_and_its_replicas_resume()
    {
        await using var primary = new NodeProcess("primary", Path.Combine(_root, "primary"), null, null, "--segment", "1048576");
        await primary.StartReadyAsync();
        await using var first = new NodeProcess("replica", Path.Combine(_root, "first"), primary.Address);
        await using var second = new NodeProcess("replica", Path.Combine(_root, "second"), primary.Address);
        await Task.WhenAll(first.StartReadyAsync(), second.StartReadyAsync());
        await using var client = primary.NewClient();
        await using var load = new RecordedLoad(primary.Address, [primary.Address, first.Address, second.Address], seed: 1);
        load.Start();

        for (var kill = 0; kill < 10; kill++)
        {
            await load.GetsOnAsync(300);
            await primary.KillAsync();
            await primary.StartReadyAsync();
        }
        await load.GetsOnAsync(300);
        await load.StopAsync();

        await load.ReadAllAsync(client);
        var digest = await client.DigestAsync();
        foreach (var node in (NodeProcess[])[first, second])
        {
            await using var replica = node.NewClient();
            var same = await replica.DigestAsync(digest.Position, TimeSpan.FromSeconds(30));
            Assert.Equal(digest.Digest, same.Digest);
            await load.ReadAllAsync(replica);
            var status = await replica.StatusAsync();
            Assert.Equal(1u, status.Counters.SnapshotsInstalled); // the one it began from
        }
        Assert.Equal(11u, digest.Position.Epoch);
        await primary.KillAsync();
        var checks = load.CheckAgainst(primary);
        Assert.True(checks.Committed >= 3_300 && checks.Rejected > 0 && checks.Reads > 0 && checks.Contents >= 9, $"{checks.Committed}, {checks.Rejected}, {checks.Reads}, {checks.Contents}");
    }

    [Fact]
    public async Task A_replica_killed_while_it_streams_and_while_it_bootstraps_recovers_by_itself()
    {
        await using var primary = new NodeProcess("primary", Path.Combine(_root, "primary"));
        await primary.StartReadyAsync();
        await using var client = primary.NewClient();
        for (var i = 0; i < 40; i++) await client.CommitAsync(Batch(i));
        await using var writers = new Writers(client, 4);
        writers.Start();
        await using var replica = new NodeProcess("replica", Path.Combine(_root, "replica"), primary.Address);

        // While it bootstraps: at the first byte of the snapshot in its folder.
        replica.Start();
        var bootstrap = Path.Combine(_root, "replica", "bootstrap");
        await Eventually.HoldsAsync("the bootstrap has begun or is done", () => Directory.Exists(bootstrap) || Directory.Exists(Path.Combine(_root, "replica", "log")) && SnapshotsIn("replica") > 0, NodeProcess.Patience);
        await replica.KillAsync();
        await replica.StartReadyAsync();
        for (var kill = 0; kill < 3; kill++)
        {
            var before = writers.Acknowledged;
            await Eventually.HoldsAsync("the writers get on", () => writers.Acknowledged > before + 300, NodeProcess.Patience);
            await replica.KillAsync();
            await replica.StartReadyAsync();
        }
        await writers.StopAsync();

        var digest = await client.DigestAsync();
        await using var reader = replica.NewClient();
        var same = await reader.DigestAsync(digest.Position, TimeSpan.FromSeconds(30));
        Assert.Equal(digest.Digest, same.Digest);
        await writers.AssertHoldsAsync(reader);
        Assert.Equal(0u, (await reader.StatusAsync()).Counters.SnapshotsInstalled); // resumed from its own disk
    }

    [Fact]
    public async Task A_node_told_to_stop_ends_its_streams_and_exits_with_success()
    {
        await using var primary = new NodeProcess("primary", Path.Combine(_root, "primary"));
        await primary.StartReadyAsync();
        await using var replica = new NodeProcess("replica", Path.Combine(_root, "replica"), primary.Address);
        await replica.StartReadyAsync();
        await using var client = primary.NewClient();
        await client.PutAsync("docs", "k", "1"); // leaves a commit stream open
        using var channel = GrpcChannel.ForAddress(primary.Address);
        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));

        var code = await primary.StopAsync();
        Assert.True(code == 0, $"{code}: {primary.Output}");
        Assert.Contains("Node state Primary → Stopping", primary.Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            "the replica was told", () => replica.Output.Contains("This node is stopping", StringComparison.Ordinal), NodeProcess.Patience, () => $"\n{replica.Output}\n{primary.Output}");
        code = await replica.StopAsync();
        Assert.True(code == 0, $"{code}: {replica.Output}");
    }

    [Fact]
    public async Task What_cannot_be_used_ends_the_process_with_78_and_one_sentence()
    {
        await using var primary = new NodeProcess("primary", Path.Combine(_root, "primary"));
        await primary.StartReadyAsync();
        Directory.CreateDirectory(Path.Combine(_root, "empty"));
        await using var sameDirectory = new NodeProcess("primary", Path.Combine(_root, "primary"));
        await using var emptyDirectory = new NodeProcess("primary", Path.Combine(_root, "empty"));
        await using var samePort = new NodeProcess("primary", Path.Combine(_root, "other"), listen: primary.Address);

        foreach (var (node, says) in ((NodeProcess, string)[])[(sameDirectory, "in use by another process"), (emptyDirectory, "--init"), (samePort, "is in use")])
        {
            node.Start();
            var code = await node.WaitForExitAsync();
            Assert.True(code == 78, $"{code}: {node.Output}");
            Assert.Contains(says, node.Output, StringComparison.Ordinal);
        }
    }

    private static Transaction Batch(int number)
    {
        var transaction = new Transaction();
        var filler = new string('x', 2000);
        for (var i = 0; i < 250; i++) transaction.Put("bulk", $"b{number}-{i}", $"\"{filler}\"");
        return transaction;
    }

    private int SnapshotsIn(string node) => Directory.GetFiles(Path.Combine(_root, node, "snapshots"), "*.manifest").Length;
}
