using System.Text.Json;
using Grpc.Core;
using Replication.Cli.Tests.Fixture;
using Replication.Client.Tests.Fake;
using Replication.Protos.V1;

namespace Replication.Cli.Tests;

public sealed class OperatorCommandTests
{
    [Fact]
    public async Task Status_shows_a_row_for_each_node_and_its_followers_below()
    {
        await using var primary = await FakeNode.StartAsync();
        await using var replica = await FakeNode.StartAsync();
        primary.Cluster.Current.Followers.Add(new FollowerStatus { NodeId = 2, NodeName = "b", Address = "http://b:7400", State = "Streaming", ReceivedIndex = 7, DurableIndex = 6, AppliedIndex = 5, LagEntries = 2, LagBytes = 1500, LastContactMillis = 40, BytesUntilDropped = 5000 });
        primary.Cluster.Current.Below.Add(new DownstreamStatus { NodeId = 3, NodeName = "c", Address = "http://c:7400", State = "CatchingUp", ViaNodeId = 2, Via = "b", DurableIndex = 4, AppliedIndex = 3, LagEntries = 4, LagBytes = 2500, LastContactMillis = 1000 });
        replica.Cluster.Current = Replica();

        var status = await Replctl.RunAsync("status", "--server", $"{primary.Address},{replica.Address}");

        Assert.Equal((ExitCode.Success, ""), (status.ExitCode, status.Error));
        Assert.Equal(
            ["SERVER\tNODE\tROLE\tSTATE\tEPOCH\tPOSITION\tLAG\tAGE\tRECORDS\tDIGEST\tCONTACT",
             $"{Shown(primary)}\ta\tprimary\tPrimary\t1\t1/7\t-\t-\t2\t0123456789ab\t-",
             $"{Shown(replica)}\tb\treplica\tStreaming\t1\t1/5\t2\t120 ms\t2\t0123456789ab\t40 ms",
             "OF\tVIA\tNODE\tADDRESS\tSTATE\tRECEIVED\tDURABLE\tAPPLIED\tLAG\tLAG BYTES\tCONTACT\tDROPPED IN",
             "a\t-\tb\thttp://b:7400\tStreaming\t7\t6\t5\t2\t1.5 kB\t40 ms\t5.0 kB",
             "a\tb\tc\thttp://c:7400\tCatchingUp\t-\t4\t3\t4\t2.5 kB\t1.0 s\t-"],
            status.Lines);
    }

    [Fact]
    public async Task Status_in_JSON_has_every_field_of_every_node()
    {
        await using var primary = await FakeNode.StartAsync();
        await using var replica = await FakeNode.StartAsync();
        replica.Cluster.Current = Replica();
        replica.Cluster.Current.Below.Add(new DownstreamStatus { NodeId = 3, NodeName = "c", Via = "d", ViaNodeId = 4, MillisUntilDropped = 5 });

        var status = await Replctl.RunAsync("status", "--json", "--server", primary.Address.ToString(), "--server", replica.Address.ToString());

        var nodes = status.Json.GetProperty("nodes");
        Assert.Equal(
            "server reachable nodeId name role state ready notReadyReason history primary address version epoch position commitIndex appliedIndex firstIndex lastIndex logBytes records collections memoryBytes memoryLimitBytes openViews oldestViewMillis digest uptimeMillis snapshots upstream followers below counters hold",
            string.Join(' ', nodes[0].EnumerateObject().Select(field => field.Name)));
        Assert.Equal(JsonValueKind.Null, nodes[0].GetProperty("upstream").ValueKind);
        Assert.Equal("00000000000000a1", nodes[0].GetProperty("nodeId").GetString());
        Assert.Equal(2, nodes[1].GetProperty("upstream").GetProperty("lagEntries").GetInt32());
        Assert.Equal((1_000, 4_000), (nodes[0].GetProperty("memoryBytes").GetInt64(), nodes[0].GetProperty("memoryLimitBytes").GetInt64()));
        Assert.Equal((3, 250), (nodes[0].GetProperty("openViews").GetInt32(), nodes[0].GetProperty("oldestViewMillis").GetInt64()));
        var below = nodes[1].GetProperty("below")[0];
        Assert.Equal(
            "nodeId name address state viaNodeId via durableIndex appliedIndex lagEntries lagBytes lastContactMillis bytesUntilDropped millisUntilDropped",
            string.Join(' ', below.EnumerateObject().Select(field => field.Name)));
        Assert.Equal(("0000000000000004", JsonValueKind.Null, 5), (below.GetProperty("viaNodeId").GetString(), below.GetProperty("bytesUntilDropped").ValueKind, below.GetProperty("millisUntilDropped").GetInt32()));
    }

    [Fact]
    public async Task A_lag_that_is_not_known_is_not_shown_as_none()
    {
        await using var replica = await FakeNode.StartAsync();
        replica.Cluster.Current = Replica();
        replica.Cluster.Current.Upstream = new UpstreamStatus { Address = "http://a:7400", AgeMillis = uint.MaxValue, LastContactMillis = 40 };

        var text = await Replctl.RunAsync("status", "--server", $"{replica.Address}");
        var json = await Replctl.RunAsync("status", "--json", "--server", $"{replica.Address}");

        Assert.Contains("\t1/5\tunknown\tunknown\t2\t", text.Lines[1], StringComparison.Ordinal);
        var upstream = json.Json.GetProperty("nodes")[0].GetProperty("upstream");
        Assert.All(["lagEntries", "lagBytes", "ageMillis"], field => Assert.Equal(JsonValueKind.Null, upstream.GetProperty(field).ValueKind));
    }

    [Fact]
    public async Task A_node_that_is_silent_or_not_ready_makes_the_status_a_negative_answer()
    {
        await using var node = await FakeNode.StartAsync();
        await using var loading = await FakeNode.StartAsync();
        loading.Cluster.Current.Ready = false;
        loading.Cluster.Current.NotReadyReason = "It is loading.";

        var silent = await Replctl.RunAsync("status", "--server", $"{node.Address},http://127.0.0.1:1");
        var unready = await Replctl.RunAsync("status", "--server", loading.Address.ToString());
        var nobody = await Replctl.RunAsync("status", "--json", "--server", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Negative, silent.ExitCode);
        Assert.Contains("http://127.0.0.1:1\t-\t-\tunreachable", silent.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Negative, unready.ExitCode);
        Assert.Contains("is not ready: It is loading.", unready.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NoNode, nobody.ExitCode);
        Assert.False(nobody.Json.GetProperty("nodes")[0].GetProperty("reachable").GetBoolean());
    }

    [Fact]
    public async Task On_a_terminal_tables_are_drawn_and_NO_COLOR_takes_only_the_colours_away()
    {
        await using var node = await FakeNode.StartAsync();
        string[] line = ["status", "--server", node.Address.ToString()];

        var coloured = await Replctl.RunAsync([], static terminal => terminal with { IsOutputTerminal = true, Width = 200 }, line);
        var plain = await Replctl.RunAsync([], static terminal => terminal with { IsOutputTerminal = true, Width = 200, Variable = static name => name == "NO_COLOR" ? "1" : null }, line);
        var piped = await Replctl.RunAsync(line);

        Assert.Contains("\u001b[32mPrimary", coloured.Output, StringComparison.Ordinal);
        Assert.Contains("─", plain.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[3", plain.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', piped.Output);
        Assert.DoesNotContain("─", piped.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Equal_digests_at_the_first_node_s_position_are_a_positive_answer()
    {
        await using var first = await FakeNode.StartAsync();
        await using var second = await FakeNode.StartAsync();

        var digest = await Replctl.RunAsync("digest", "--json", "--server", $"{first.Address},{second.Address}");

        Assert.Equal((ExitCode.Success, ""), (digest.ExitCode, digest.Error));
        Assert.True(digest.Json.GetProperty("same").GetBoolean());
        Assert.Equal("1/1", digest.Json.GetProperty("position").GetString());
        Assert.Equal([null], first.Cluster.Asked);
        Assert.Equal([FakeRecords.At(1)], second.Cluster.Asked);
    }

    [Fact]
    public async Task Digests_that_differ_are_a_negative_answer()
    {
        await using var first = await FakeNode.StartAsync();
        await using var second = await FakeNode.StartAsync();
        second.Cluster.DigestAt = static _ => new string('f', 32);

        var digest = await Replctl.RunAsync("digest", "--server", $"{first.Address},{second.Address}");

        Assert.Equal(ExitCode.Negative, digest.ExitCode);
        Assert.Contains("DIFFERS", digest.Output, StringComparison.Ordinal);
        Assert.Contains("differ", digest.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_moved_on_is_asked_again_at_a_newer_position()
    {
        await using var first = await FakeNode.StartAsync();
        await using var second = await FakeNode.StartAsync();
        second.Cluster.DigestAt = _ => second.Cluster.Asked.Count > 2
            ? "0123456789abcdef0123456789abcdef"
            : throw FakeNode.Failure(new Error { Code = Error.Types.Code.Pruned, Message = "It is gone." }, StatusCode.OutOfRange);

        var digest = await Replctl.RunAsync("digest", "--server", $"{first.Address},{second.Address}");

        Assert.Equal(ExitCode.Success, digest.ExitCode);
        Assert.Equal(3, first.Cluster.Asked.Count);
    }

    [Fact]
    public async Task A_node_that_does_not_get_there_gives_no_digest_and_the_answer_is_negative()
    {
        await using var first = await FakeNode.StartAsync();
        await using var second = await FakeNode.StartAsync();
        second.Cluster.DigestAt = static _ => throw FakeNode.Failure(new Error { Code = Error.Types.Code.TooStale, Message = "It is behind." }, StatusCode.DeadlineExceeded);

        var digest = await Replctl.RunAsync("digest", "--server", $"{first.Address},{second.Address}", "--wait", "10ms");

        Assert.Equal(ExitCode.Negative, digest.ExitCode);
        Assert.Contains("It is behind.", digest.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_says_where_it_stands()
    {
        await using var node = await FakeNode.StartAsync();

        var json = await Replctl.RunAsync("snapshot", "--json", "--server", node.Address.ToString());
        var text = await Replctl.RunAsync("snapshot", "--server", node.Address.ToString());

        Assert.Equal("{\"position\":\"1/1\",\"records\":3,\"bytes\":2500}\n", json.Output);
        Assert.Equal("Snapshot at 1/1: 3 records, 2.5 kB.\n", text.Output);
    }

    [Fact]
    public async Task A_replica_that_is_asked_to_write_says_where_to_go()
    {
        await using var node = await FakeNode.StartAsync();
        node.Store.Refusal = FakeNode.Failure(new Error { Code = Error.Types.Code.NotPrimary, Message = "This node is a replica.", Primary = "http://p:7400" }, StatusCode.FailedPrecondition);

        var put = await Replctl.RunAsync("put", "docs", "a", "1", "--server", node.Address.ToString());

        Assert.Equal((ExitCode.Negative, "replctl: This node is a replica. Use --server http://p:7400.\n"), (put.ExitCode, put.Error));
    }

    private static NodeStatus Replica() => new()
    {
        NodeId = 2, NodeName = "b", Role = "replica", State = "Streaming", Durable = FakeRecords.At(5), Records = 2, Digest = "0123456789abcdef0123456789abcdef", Ready = true,
        Upstream = new UpstreamStatus { Address = "http://a:7400", Connected = true, LagEntries = 2, AgeMillis = 120, LastContactMillis = 40 },
    };

    private static string Shown(FakeNode node) => node.Address.GetLeftPart(UriPartial.Authority);
}
