using System.Net;
using System.Net.Sockets;
using Replication.ProcessKit.Proxying;
using Replication.Testing;

namespace Replication.Laboratory.Network;

/// <summary>The proxy itself: a fault that does not happen as planned would make every test here pass for nothing.</summary>
public sealed class ProxyTests : IAsyncDisposable
{
    private const int Bytes = 100_000;

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);
    private readonly FaultProxy _proxy;
    private readonly byte[] _sent = new byte[Bytes];

    public ProxyTests()
    {
        _server.Start();
        _proxy = new FaultProxy(new Uri($"http://{_server.LocalEndpoint}"));
        new Random(1).NextBytes(_sent);
    }

    [Fact]
    public async Task What_has_no_plan_passes_unchanged_and_ends_as_it_was_ended()
    {
        using var ends = await ConnectAsync(ConnectionPlan.Nothing);
        await ends.Client.SendAsync(_sent);
        ends.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(_sent, await ReadAllAsync(ends.Server));
        await ends.Server.SendAsync(_sent);
        ends.Server.Shutdown(SocketShutdown.Send);
        Assert.Equal(_sent, await ReadAllAsync(ends.Client));
        Assert.Equal("0 cuts, 0 ends, 0 resets, 0 bits turned in messages and 0 elsewhere", _proxy.Counts.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData(50_001)]
    public async Task A_cut_lets_exactly_the_bytes_before_it_through_and_resets_both_ends(int at)
    {
        using var ends = await ConnectAsync(new ConnectionPlan(new DirectionPlan { CutAt = at }, DirectionPlan.Nothing));
        var got = ReadUntilResetAsync(ends.Server);
        var refused = !await SendAsync(ends.Client);

        var heard = await got;
        Assert.InRange(heard.Length, 0, at);
        Assert.Equal(_sent[..heard.Length], heard);
        // A reset is told once: to whoever was sending, or to the next one who reads.
        if (!refused) await ReadUntilResetAsync(ends.Client);
        Assert.Equal(1, _proxy.Counts.Cuts);
    }

    [Fact]
    public async Task An_end_is_heard_by_the_receiver_only_and_the_other_direction_goes_on()
    {
        using var ends = await ConnectAsync(new ConnectionPlan(new DirectionPlan { EndAt = 70_000 }, DirectionPlan.Nothing));
        var got = ReadAllAsync(ends.Server);
        await SendAsync(ends.Client);
        Assert.Equal(_sent[..70_000], await got);
        await ends.Server.SendAsync(_sent);
        ends.Server.Shutdown(SocketShutdown.Send);
        Assert.Equal(_sent, await ReadAllAsync(ends.Client));
        Assert.Equal(1, _proxy.Counts.Ends);
    }

    [Fact]
    public async Task A_reset_of_the_receiver_is_not_heard_by_the_sender()
    {
        using var ends = await ConnectAsync(new ConnectionPlan(new DirectionPlan { ResetReceiverAt = 10 }, DirectionPlan.Nothing));
        var got = ReadUntilResetAsync(ends.Server);
        await SendAsync(ends.Client);
        await got;
        await SendAsync(ends.Client);
        using var moment = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await ends.Client.ReceiveAsync(new byte[1], moment.Token));
        Assert.Equal(1, _proxy.Counts.Resets);
    }

    [Fact]
    public async Task Flips_turn_exactly_the_planned_bits()
    {
        ByteFlip[] flips = [new(0, 1), new(5, 0x80), new(16 * 1024, 2), new(16 * 1024, 2), new(99_999, 4)];
        using var ends = await ConnectAsync(new ConnectionPlan(DirectionPlan.Nothing, new DirectionPlan { Flips = flips }));
        var got = ReadAllAsync(ends.Client);
        await SendAsync(ends.Server);
        ends.Server.Shutdown(SocketShutdown.Send);

        var expected = (byte[])_sent.Clone();
        foreach (var flip in flips.Distinct()) expected[flip.At] ^= flip.Mask;
        Assert.Equal(expected, await got);
        Assert.Equal(4, _proxy.Counts.FlipsInMessages + _proxy.Counts.FlipsElsewhere);
    }

    [Fact]
    public async Task Flips_in_messages_are_told_from_those_in_frame_headers()
    {
        // The client's preface, a DATA frame of three bytes, and a PING.
        byte[] sent = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 3, 0, 0, 0, 0, 0, 1, 10, 11, 12, 0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        ByteFlip[] flips = [new(3, 1), new(24, 1), new(33, 1), new(35, 1), new(36, 1), new(50, 1)];
        using var ends = await ConnectAsync(new ConnectionPlan(new DirectionPlan { Flips = flips }, DirectionPlan.Nothing));
        await ends.Client.SendAsync(sent);
        ends.Client.Shutdown(SocketShutdown.Send);
        await ReadAllAsync(ends.Server);
        Assert.Equal((2, 4), (_proxy.Counts.FlipsInMessages, _proxy.Counts.FlipsElsewhere));
    }

    [Fact]
    public void Seeded_flips_are_the_same_again_and_reach_the_first_bytes_as_well_as_late_ones()
    {
        var flips = ByteFlip.Seeded(7, 1_000_000).Take(200).ToList();
        Assert.Equal(flips, ByteFlip.Seeded(7, 1_000_000).Take(200));
        var gaps = flips.Zip(flips.Skip(1), static (first, second) => second.At - first.At).ToList();
        Assert.Contains(gaps, static gap => gap < 20);
        Assert.Contains(gaps, static gap => gap > 100_000);
        Assert.All(flips, static flip => Assert.True(byte.IsPow2(flip.Mask)));
    }

    [Fact]
    public async Task A_limited_direction_takes_its_time()
    {
        using var ends = await ConnectAsync(new ConnectionPlan(new DirectionPlan { BytesPerSecond = 200_000 }, DirectionPlan.Nothing));
        var began = TimeProvider.System.GetTimestamp();
        var got = ReadAllAsync(ends.Server);
        await SendAsync(ends.Client);
        ends.Client.Shutdown(SocketShutdown.Send);
        Assert.Equal(_sent, await got);
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_was_said_once_is_said_again_on_a_new_connection()
    {
        using (var ends = await ConnectAsync(ConnectionPlan.Nothing))
        {
            await ends.Client.SendAsync(_sent);
            ends.Client.Shutdown(SocketShutdown.Send);
            await ReadAllAsync(ends.Server);
        }
        var replay = _proxy.ReplayAsync(_proxy.LastRecording!, TimeSpan.FromSeconds(10), CancellationToken.None);
        using var again = await _server.AcceptSocketAsync();
        var heard = new byte[Bytes];
        for (var length = 0; length < Bytes;) length += await again.ReceiveAsync(heard.AsMemory(length));
        Assert.Equal(_sent, heard);
        await again.SendAsync(new byte[] { 1, 2, 3 });
        again.Dispose();
        Assert.Equal((3, true), await replay);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _server.Dispose();
    }

    private async Task<Ends> ConnectAsync(ConnectionPlan plan)
    {
        _proxy.PlanNext(_ => plan);
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Address.Port);
        return new Ends(client, await _server.AcceptSocketAsync());
    }

    // Whether all of it could be handed over.
    private async Task<bool> SendAsync(Socket socket)
    {
        try
        {
            for (var sent = 0; sent < Bytes;) sent += await socket.SendAsync(_sent.AsMemory(sent));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<byte[]> ReadAllAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(Eventually.DefaultPatience);
        var all = new MemoryStream();
        var buffer = new byte[Bytes];
        while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var length) await all.WriteAsync(buffer.AsMemory(0, length), patience.Token);
        return all.ToArray();
    }

    private static async Task<byte[]> ReadUntilResetAsync(Socket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[Bytes];
        try
        {
            while (await socket.ReceiveAsync(buffer) is > 0 and var length) await all.WriteAsync(buffer.AsMemory(0, length));
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return all.ToArray();
        }
        throw new InvalidOperationException("It was ended in order, not reset.");
    }

    private sealed record Ends(Socket Client, Socket Server) : IDisposable
    {
        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }
    }
}
