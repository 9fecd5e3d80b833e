using System.Text.Json;
using Google.Protobuf;
using Replication.Cli.Tests.Fixture;
using Replication.Protos.V1;
using Replication.Testing;

namespace Replication.Cli.Tests;

/// <summary>Following real nodes.</summary>
public sealed class FollowCommandTests : IAsyncLifetime
{
    private const int MebiByte = 1024 * 1024;

    private readonly TestCluster _cluster = new();
    private TestNode _primary = null!;

    private string Server => _primary.Address.ToString();

    public async Task InitializeAsync()
    {
        _primary = await _cluster.PrimaryAsync(configure: static options => options.RetainBytes = 0);
        for (var i = 0; i < 20; i++) await _primary.Client.PutAsync("docs", $"k{i}", $"{i}");
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Entries_are_printed_as_a_dump_of_the_log_prints_them()
    {
        var last = _primary.Database.State.Index;

        var followed = await Replctl.RunAsync("follow", "--from", "1", "--entries", $"{last}", "--server", Server);
        var some = await Replctl.RunAsync("follow", "--from", "5", "--entries", "3", "--server", Server);
        var dumped = await Replctl.RunAsync("log", "dump", _primary.Data);

        Assert.Equal((ExitCode.Success, ""), (followed.ExitCode, followed.Error));
        Assert.Equal(dumped.Lines, followed.Lines);
        Assert.Equal(dumped.Lines[4..7], some.Lines);
    }

    [Fact]
    public async Task Without_a_place_it_begins_at_the_end_and_prints_what_is_written_from_then_on()
    {
        var following = Replctl.RunAsync("follow", "--entries", "2", "--server", Server);
        await Eventually.HoldsAsync("it follows", () => _primary.Status.Followers.Any(follower => follower.NodeName == "replctl-follow-1" && follower.Received > 0));

        var first = await _primary.Client.PutAsync("docs", "new", "1");
        await _primary.Client.PutAsync("docs", "newer", "2");

        var outcome = await following;
        Assert.Equal((ExitCode.Success, 2), (outcome.ExitCode, outcome.Lines.Length));
        var entry = JsonDocument.Parse(outcome.Lines[0]).RootElement;
        Assert.Equal(first.ToString(), entry.GetProperty("position").GetString());
        Assert.Equal("new", entry.GetProperty("operations")[0].GetProperty("key").GetString());
    }

    [Fact]
    public async Task Sessions_that_discard_count_everything_each_as_a_node_of_its_own()
    {
        var last = _primary.Database.State.Index;

        var outcome = await Replctl.RunAsync("follow", "--discard", "--sessions", "7", "--from", "1", "--entries", $"{last}", "--json", "--server", Server);

        Assert.Equal((ExitCode.Success, ""), (outcome.ExitCode, outcome.Error));
        var all = JsonDocument.Parse(outcome.Lines[^1]).RootElement;
        Assert.Equal("seconds sessions entries bytes entriesPerSecond bytesPerSecond ageMillis final", string.Join(' ', all.EnumerateObject().Select(field => field.Name)));
        Assert.True(all.GetProperty("final").GetBoolean());
        Assert.Equal((7, 7 * last), (all.GetProperty("sessions").GetInt32(), all.GetProperty("entries").GetInt64()));
        Assert.InRange(all.GetProperty("bytes").GetInt64(), 7 * last * 36, 7 * _primary.Status.LogBytes);
        Assert.Equal(7, _primary.Status.Counters.SessionsResumed);
    }

    [Fact]
    public async Task It_reports_every_second_and_ends_after_the_time_that_was_given()
    {
        const int waits = 4; // of the command: for its end, for the next report, and for what comes on each of the two streams
        var last = _primary.Database.State.Index;
        var clock = new ManualClock();
        await using var output = new WatchedOutput();
        var following = Replctl.RunAsync(
            [], terminal => terminal with { Output = output, Time = clock }, "follow", "--discard", "--sessions", "2", "--from", "1", "--seconds", "2.5", "--server", Server);
        await Eventually.HoldsAsync("both have everything", () => _primary.Status.Followers.Count(follower => follower.Received == last) == 2);
        await clock.UntilTimersPendAsync(waits);

        for (var second = 1; second <= 2; second++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.HoldsAsync("it reports", () => output.Lines.Length == second);
        }
        clock.Advance(TimeSpan.FromSeconds(0.5));

        var outcome = await following;
        Assert.Equal((ExitCode.Success, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal(["1.0 s", "2.0 s", "all 2.5 s"], output.Lines.Select(line => line.Split("  ")[0]));
        Assert.All(output.Lines, line => Assert.Contains($"  2 sessions  {2 * last} entries  ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task It_reports_the_age_of_several_sessions_once_a_heartbeat_has_answered_each_of_them()
    {
        var last = _primary.Database.State.Index;
        await using var output = new WatchedOutput();
        var following = Replctl.RunAsync(
            [], terminal => terminal with { Output = output }, "follow", "--discard", "--sessions", "2", "--from", "1", "--entries", $"{last + 1}", "--server", Server);

        await Eventually.HoldsAsync("the age is known", () => output.Lines is [.., var line] && !line.EndsWith("unknown", StringComparison.Ordinal), lastSeen: () => string.Join('\n', output.Lines));
        await _primary.Client.PutAsync("docs", "new", "1");

        var outcome = await following;
        Assert.Equal((ExitCode.Success, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains($"  2 sessions  {2 * (last + 1)} entries  ", output.Lines[^1], StringComparison.Ordinal);
        Assert.Matches("  age [0-9]", output.Lines[^1]);
    }

    [Fact]
    public async Task A_replica_is_followed_like_a_primary()
    {
        var replica = await _cluster.ReplicaAsync(_primary);
        await TestCluster.WaitForCaughtUpAsync(replica, _primary);
        var next = _primary.Database.State.Index + 1;
        await _primary.Client.PutAsync("docs", "new", "1");

        var outcome = await Replctl.RunAsync("follow", "--from", $"{next}", "--entries", "1", "--server", replica.Address.ToString());

        Assert.Equal($"1/{next}", outcome.Json.GetProperty("position").GetString());
    }

    [Fact]
    public async Task A_node_that_stops_says_so_and_where_to_go_on_and_there_the_next_reign_begins()
    {
        var last = _primary.Database.State.Index;
        // From the first entry on: that it has the last one is then said by an acknowledgement, not by its Hello.
        var following = Replctl.RunAsync("follow", "--from", "1", "--discard", "--server", Server);
        await Eventually.HoldsAsync("it follows", () => _primary.Status.Followers.Any(follower => follower.Received == last));

        await _primary.StopAsync();

        var outcome = await following;
        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Contains($"go on with --from {last + 1}.", outcome.Error, StringComparison.Ordinal);
        await _primary.StartAsync();
        var entry = await Replctl.RunAsync("follow", "--from", $"{last + 1}", "--entries", "1", "--server", Server);
        Assert.Equal($"2/{last + 1} epochStart", $"{entry.Json.GetProperty("position")} {entry.Json.GetProperty("kind")}");
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_it_like_any_other_end_with_where_to_go_on()
    {
        var last = _primary.Database.State.Index;
        var link = _cluster.LinkTo(_primary);
        var following = Replctl.RunAsync("follow", "--from", "1", "--discard", "--server", link.Address.ToString());
        await Eventually.HoldsAsync("it follows", () => _primary.Status.Followers.Any(follower => follower.NodeName == "replctl-follow-1" && follower.Received == last));

        link.Cut();

        var outcome = await following;
        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Contains($"go on with --from {last + 1}.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flipped_byte_in_a_frame_is_noticed()
    {
        await using var feed = await ChangingFeed.StartAsync(_primary.Address, static message =>
        {
            if (message.MessageCase == FollowResponse.MessageOneofCase.Frames) message.Frames.Data = Flipped(message.Frames.Data, message.Frames.Data.Length - 1);
        });

        var outcome = await Replctl.RunAsync("follow", "--from", "1", "--server", feed.Address);

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Contains($"The stream is damaged where entry {_primary.Database.State.Index} belongs: what came is no frame", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(_primary.Database.State.Index - 1, outcome.Lines.Length);
    }

    [Theory]
    [InlineData("heartbeat")]
    [InlineData("frames")]
    public async Task A_changed_number_beside_the_frames_is_noticed(string where)
    {
        await using var feed = await ChangingFeed.StartAsync(_primary.Address, message =>
        {
            if (where == "heartbeat" && message.Heartbeat is { } heartbeat) heartbeat.DurableIndex ^= 1;
            if (where == "frames" && message.Frames is { } frames) frames.CommitIndex ^= 1;
        });

        var outcome = await Replctl.RunAsync("follow", "--discard", "--from", "1", "--server", feed.Address);

        Assert.Equal(ExitCode.Negative, outcome.ExitCode);
        Assert.Contains("a message came with changed bytes", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_skipped_entry_is_noticed()
    {
        var first = true;
        await using var feed = await ChangingFeed.StartAsync(_primary.Address, message =>
        {
            if (message.MessageCase != FollowResponse.MessageOneofCase.Frames || !first) return;
            first = false;
            var length = BitConverter.ToInt32(message.Frames.Data.Span);
            message.Frames.Data = ByteString.CopyFrom(message.Frames.Data.Span[length..]);
        });

        var outcome = await Replctl.RunAsync("follow", "--from", "1", "--server", feed.Address);

        Assert.Equal((ExitCode.Negative, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("where entry 1 belongs: index 2 stands", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_takes_nothing_in_holds_no_log_back_and_what_is_gone_is_refused_with_where_to_begin()
    {
        var link = _cluster.LinkTo(_primary);
        var following = Replctl.RunAsync("follow", "--discard", "--server", link.Address.ToString());
        await Eventually.HoldsAsync("it follows", () => _primary.Status.Followers.Any(follower => follower.Received > 0));
        link.Stall();

        await _primary.Client.CreateCollectionAsync("blobs", Replication.Client.CollectionKind.Bytes);
        for (var i = 0; i < 12; i++)
        {
            await _primary.Client.PutAsync("blobs", $"{i}", new byte[MebiByte]);
            if (i % 3 == 2) await _primary.Client.TakeSnapshotAsync();
        }
        await Eventually.HoldsAsync("log was removed", () => _primary.Status.FirstIndex > 1);
        var refused = await Replctl.RunAsync("follow", "--from", "1", "--server", Server);

        Assert.Equal(ExitCode.Negative, refused.ExitCode);
        Assert.Contains($"Entry 1 is no longer in the log of this node, which can be read from {_primary.Status.FirstIndex} on.", refused.Error, StringComparison.Ordinal);
        var begun = await Replctl.RunAsync("follow", "--from", $"{_primary.Status.FirstIndex}", "--entries", "1", "--server", Server);
        Assert.Equal($"1/{_primary.Status.FirstIndex}", begun.Json.GetProperty("position").GetString());
        link.Cut();
        Assert.NotEqual(ExitCode.Success, (await following).ExitCode);
    }

    [Fact]
    public async Task A_place_behind_the_end_and_a_node_without_data_are_refused()
    {
        var loading = await _cluster.StartAsync("loading", new Uri("http://127.0.0.1:1"));

        var beyond = await Replctl.RunAsync("follow", "--from", "1000", "--server", Server);
        var empty = await Replctl.RunAsync("follow", "--server", loading.Address.ToString());
        var nobody = await Replctl.RunAsync("follow", "--server", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.Negative, beyond.ExitCode);
        Assert.Contains($"ends at entry {_primary.Database.State.Index}", beyond.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Negative, empty.ExitCode);
        Assert.Contains("no log yet", empty.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NoNode, nobody.ExitCode);
    }

    [Theory]
    [InlineData("--sessions", "2")]
    [InlineData("--discard", "--sessions", "1001")]
    [InlineData("--from", "0")]
    [InlineData("--entries", "0")]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "1e9")]
    public async Task Wrong_numbers_are_wrong_usage(params string[] options)
    {
        var outcome = await Replctl.RunAsync(["follow", "--server", Server, .. options]);

        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.NotEmpty(outcome.Error);
    }

    private static ByteString Flipped(ByteString bytes, int at)
    {
        var changed = bytes.ToByteArray();
        changed[at] ^= 1;
        return ByteString.CopyFrom(changed);
    }
}
