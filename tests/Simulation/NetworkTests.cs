using Replication.Kit;
using Replication.Kit.Network;
using Xunit;

namespace Replication.Simulation.Tests;

/// <summary>The simulated network itself.</summary>
public sealed class NetworkTests
{
    private readonly EventQueue _events = new();
    private readonly SimulatedNetwork _network;
    private readonly List<byte[]> _received = [];
    private MessageStream? _server;
    private bool _serverEnded;

    public NetworkTests()
    {
        _network = new SimulatedNetwork(_events, new Random(5));
        _network.Listen("b", "service", endpoint => _server = new MessageStream(endpoint, _received.Add, () => _serverEnded = true));
    }

    [Fact]
    public void Messages_arrive_whole_and_in_order()
    {
        var client = Connect();
        for (byte i = 0; i < 50; i++) client.Send([i, i, i]);

        Run(1);

        Assert.Equal(Enumerable.Range(0, 50), _received.Select(message => (int)message[2]));
    }

    [Fact]
    public void A_stalled_direction_holds_everything_and_loses_nothing()
    {
        var client = Connect();
        _network.Stall("a", "b");
        client.Send([1]);
        client.Send([2]);
        Run(10);
        Assert.Empty(_received);

        _network.Resume("a", "b");

        Assert.Equal([[1], [2]], _received);
        Assert.False(_serverEnded);
    }

    [Fact]
    public void Nobody_connects_over_a_stalled_link_or_to_a_node_that_is_gone()
    {
        _network.Stall("b", "a");
        Assert.Null(Open());
        _network.Resume("b", "a");
        Assert.NotNull(Open());
        _network.Gone("b", silently: false);
        Assert.Null(Open());
    }

    [Fact]
    public void A_break_cuts_inside_messages_and_both_ends_notice()
    {
        var cut = 0;
        for (var round = 0; round < 40; round++)
        {
            _serverEnded = false;
            var clientEnded = false;
            var client = Connect(() => clientEnded = true);
            for (var i = 0; i < 5; i++) client.Send(new byte[100]);

            Assert.Equal(1, _network.Break("b", "a"));

            Assert.True(clientEnded && _serverEnded);
            if (_server!.PartialBytes > 0) cut++;
        }

        Assert.InRange(cut, 10, 40);
        Assert.InRange(_received.Count, 10, 190);
    }

    [Fact]
    public void One_bit_of_the_next_piece_changes_and_no_other()
    {
        var client = Connect();
        _network.ChangeNext("a", "b");
        var endpointBytes = new byte[1000];
        client.Send(endpointBytes);
        Run(1);
        client.Send(endpointBytes);
        Run(1);

        var ones = _received.SelectMany(message => message).Sum(value => System.Numerics.BitOperations.PopCount(value));
        Assert.True(ones == 1 || _received.Count < 2, "the bit was in a message, or in a length");
        Assert.False(_network.IsChangePending("a", "b"));
    }

    [Fact]
    public void A_node_that_loses_power_tells_nobody()
    {
        Connect();

        _network.Gone("a", silently: true);
        Run(60);

        Assert.False(_serverEnded);
    }

    private MessageStream Connect(Action? ended = null) => new(Open()!, _ => { }, ended ?? (() => { }));

    private Endpoint? Open()
    {
        Endpoint? opened = null;
        var answered = false;
        _network.Connect("a", "b", "service", endpoint => (opened, answered) = (endpoint, true));
        Run(5);
        Assert.True(answered);
        return opened;
    }

    private void Run(int seconds) => _events.RunUntil(_events.Now + TimeSpan.FromSeconds(seconds), () => false);
}
