using System.Buffers.Binary;
using Replication.Hostile.Tests.Watch;
using Replication.Hostile.Tests.Wire;
using Xunit.Abstractions;

namespace Replication.Hostile.Tests;

/// <summary>HTTP/2 itself used against a node.</summary>
public sealed class StreamAbuseTests(ITestOutputHelper output) : HostileFixture(output)
{
    private const string Get = "/replication.v1.Store/Get";
    private const string Commit = "/replication.v1.Store/Commit";
    private const ushort InitialWindow = 4;
    private static readonly TimeSpan Attack = TimeSpan.FromSeconds(3);

    // The attackers share the processors with those whom they attack and with the node.
    private static readonly TimeSpan BetweenBursts = TimeSpan.FromMilliseconds(10);

    [Fact]
    public Task A85_streams_that_are_opened_and_reset_by_the_thousand() => FloodAsync(connection =>
    {
        var bytes = new MemoryStream();
        for (var i = 0; i < 100; i++)
        {
            var stream = connection.NextStream();
            bytes.Write(RawHttp2.Bytes(FrameKind.Headers, RawHttp2.EndHeaders, stream, HeaderBlock.OfCall(Commit).Bytes));
            bytes.Write(RawHttp2.Bytes(FrameKind.ResetStream, 0, stream, [0, 0, 0, 8]));
        }
        return bytes.ToArray();
    });

    [Fact]
    public Task A85_pings_and_settings_by_the_thousand_whose_answers_nobody_reads() => FloodAsync(_ =>
    {
        var bytes = new MemoryStream();
        for (var i = 0; i < 100; i++)
        {
            bytes.Write(RawHttp2.Bytes(FrameKind.Ping, 0, 0, new byte[8]));
            bytes.Write(RawHttp2.Bytes(FrameKind.Settings, 0, 0, []));
        }
        return bytes.ToArray();
    });

    [Fact]
    public Task A85_headers_that_go_on_without_end() => FloodAsync(connection =>
    {
        var bytes = new MemoryStream();
        var stream = connection.NextStream();
        bytes.Write(RawHttp2.Bytes(FrameKind.Headers, 0, stream, HeaderBlock.OfCall(Get).Bytes));
        for (var i = 0; i < 100; i++) bytes.Write(RawHttp2.Bytes(FrameKind.Continuation, 0, stream, new HeaderBlock().Add($"x{i}", new string('x', 1000)).Bytes));
        return bytes.ToArray();
    });

    [Fact]
    public Task A85_windows_that_are_opened_beyond_all_bounds() => FloodAsync(_ =>
    {
        var increment = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(increment, int.MaxValue);
        return RawHttp2.Bytes(FrameKind.WindowUpdate, 0, 0, increment);
    });

    [Fact]
    public Task A85_empty_frames_by_the_thousand() => FloodAsync(connection =>
    {
        var bytes = new MemoryStream();
        var stream = connection.NextStream();
        bytes.Write(RawHttp2.Bytes(FrameKind.Headers, RawHttp2.EndHeaders, stream, HeaderBlock.OfCall(Commit).Bytes));
        for (var i = 0; i < 200; i++) bytes.Write(RawHttp2.Bytes(FrameKind.Data, 0, stream, []));
        return bytes.ToArray();
    });

    [Fact]
    public async Task A85_answers_that_nobody_takes_because_the_window_is_zero()
    {
        const int records = 8;
        const int recordBytes = 1_000_000;
        const int calls = 1000;
        await FillAsync("large", records, recordBytes);
        await using var bystander = Bystander.Of(Primary);
        using var connection = await RawHttp2.OpenAsync(Primary.Address, (InitialWindow, 0));
        // Get { collection = "large", key = "00000003" }
        byte[] get = [0x0A, 5, .. "large"u8, 0x12, 8, .. "00000003"u8];

        for (var i = 0; i < calls; i++)
        {
            var stream = await connection.CallAsync(Get);
            await connection.WriteAsync(FrameKind.Data, RawHttp2.EndStream, stream, RawHttp2.Message(get));
        }
        await Watching.ForAsync(Attack);

        await AssertUnharmedAsync(bystander, mostGrowthMiB: 400);
    }

    [Fact]
    public async Task A85_messages_that_are_never_finished()
    {
        const int calls = 200;
        const int pieces = 900;
        const int pieceBytes = 16_384;
        await using var bystander = Bystander.Of(Primary);
        using var connection = await RawHttp2.OpenAsync(Primary.Address);
        using var closing = new CancellationTokenSource();
        var reading = DrainAsync(connection, closing.Token);

        // 15 MB of a message of 16 MB each: nearly 3 GB together.
        await TryAsync(async () =>
        {
            var streams = new List<int>();
            for (var i = 0; i < calls; i++) streams.Add(await connection.CallAsync(Commit));
            foreach (var stream in streams) await connection.WriteAsync(FrameKind.Data, 0, stream, RawHttp2.Message([], claimed: 16_000_000));
            for (var piece = 0; piece < pieces; piece++)
                foreach (var stream in streams) await connection.WriteAsync(FrameKind.Data, 0, stream, new byte[pieceBytes]);
        }, Attack * 3);

        await AssertUnharmedAsync(bystander, mostGrowthMiB: 500);
        await closing.CancelAsync();
        await reading;
    }

    private async Task FloodAsync(Func<RawHttp2, byte[]> next)
    {
        await using var bystander = Bystander.Of(Primary);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            using var patience = new CancellationTokenSource(Attack);
            using var pace = new PeriodicTimer(BetweenBursts);
            while (!patience.IsCancellationRequested) await TryAsync(async () =>
            {
                using var connection = await RawHttp2.OpenAsync(Primary.Address);
                while (await pace.WaitForNextTickAsync(patience.Token)) await connection.Stream.WriteAsync(next(connection), patience.Token);
            }, Attack);
        }));
        await AssertUnharmedAsync(bystander, mostGrowthMiB: 300);
        AssertQuiet();
        await AssertReleasedAsync();
    }

    // That the node closes the connection is what is hoped for.
    private static async Task TryAsync(Func<Task> attack, TimeSpan atMost)
    {
        try
        {
            await attack().WaitAsync(atMost);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or TimeoutException or System.Net.Sockets.SocketException)
        {
            return;
        }
    }

    private static async Task DrainAsync(RawHttp2 connection, CancellationToken cancellation)
    {
        try
        {
            while (await connection.ReadAsync(cancellation) is not null) { }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
