using Replication.Core.Following;
using Xunit.Abstractions;

namespace Replication.Core.Tests.Following;

/// <summary>
/// Every order in which three or four nodes can ask, be answered and hear of each other's paths, for every way in which they
/// may want to follow one another: however they race, no loop survives what they say to each other.
/// </summary>
public sealed class LoopTests(ITestOutputHelper output)
{
    private const int None = -1;

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Whatever_the_order_no_loop_survives(int nodes)
    {
        var (states, loops) = (0, 0);
        foreach (var wishes in Wishes(nodes))
        {
            foreach (var state in Reachable(new World(wishes)))
            {
                states++;
                if (state.HasLoop()) loops++;
                Assert.False(Settled(state).HasLoop(), state.ToString());
            }
        }
        output.WriteLine($"{states} states, {loops} of them with a loop for a moment");
        Assert.True(loops > 0, "No order of events made a loop, so nothing was tried.");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void One_after_the_other_they_never_close_a_loop_at_all(int nodes)
    {
        foreach (var wishes in Wishes(nodes))
        {
            var states = new Queue<World>([new World(wishes)]);
            while (states.TryDequeue(out var state))
            {
                Assert.False(state.HasLoop(), state.ToString());
                for (var node = 0; node < nodes; node++)
                {
                    var next = state.Copy();
                    if (next.Ask(node) && next.Open(node)) states.Enqueue(Settled(next));
                }
            }
        }
    }

    // Whom each node would follow; none for one that follows nobody.
    private static IEnumerable<int[]> Wishes(int nodes)
    {
        for (var code = 0; code < Math.Pow(nodes, nodes); code++)
        {
            var wishes = new int[nodes];
            for (var (node, rest) = (0, code); node < nodes; node++, rest /= nodes) wishes[node] = rest % nodes == node ? None : rest % nodes;
            yield return wishes;
        }
    }

    private static IEnumerable<World> Reachable(World first)
    {
        var (seen, states) = (new HashSet<string>(StringComparer.Ordinal) { first.ToString() }, new Queue<World>([first]));
        while (states.TryDequeue(out var state))
        {
            yield return state;
            foreach (var next in state.Next())
                if (seen.Add(next.ToString()))
                    states.Enqueue(next);
        }
    }

    // Heartbeats go on and nobody connects any more.
    private static World Settled(World state)
    {
        var settled = state.Copy();
        for (var round = 0; round < settled.Nodes; round++)
            for (var node = 0; node < settled.Nodes; node++)
                settled.Hear(node);
        return settled;
    }

    private sealed class World(int[] wishes)
    {
        private readonly UpstreamPath?[] _answers = new UpstreamPath?[wishes.Length];
        private readonly UpstreamPath?[] _heard = new UpstreamPath?[wishes.Length];
        private readonly bool[] _hasTried = new bool[wishes.Length];

        public int Nodes => wishes.Length;

        public World Copy()
        {
            var copy = new World(wishes);
            _answers.CopyTo(copy._answers, 0);
            _heard.CopyTo(copy._heard, 0);
            _hasTried.CopyTo(copy._hasTried, 0);
            return copy;
        }

        public IEnumerable<World> Next()
        {
            foreach (var step in (Func<World, int, bool>[])[(world, node) => world.Ask(node), (world, node) => world.Open(node), (world, node) => world.Hear(node)])
            {
                for (var node = 0; node < Nodes; node++)
                {
                    var next = Copy();
                    if (step(next, node)) yield return next;
                }
            }
        }

        /// <summary>The upstream answers a Hello by the path that it has now; the answer is on its way.</summary>
        public bool Ask(int node)
        {
            if (_hasTried[node] || wishes[node] == None) return false;
            _hasTried[node] = true;
            var path = PathOf(wishes[node]);
            if (path.ObjectionTo(Id(node)) is null) _answers[node] = path;
            return true;
        }

        /// <summary>The answer comes.</summary>
        public bool Open(int node)
        {
            if (_answers[node] is not { } path) return false;
            _answers[node] = null;
            Take(node, path);
            return true;
        }

        /// <summary>A heartbeat comes.</summary>
        public bool Hear(int node)
        {
            if (_heard[node] is null) return false;
            Take(node, PathOf(wishes[node]));
            return true;
        }

        public bool HasLoop()
        {
            for (var first = 0; first < Nodes; first++)
            {
                var (node, steps) = (first, 0);
                while (_heard[node] is not null && steps++ < Nodes) node = wishes[node];
                if (steps > Nodes) return true;
            }
            return false;
        }

        public override string ToString() =>
            string.Join("; ", Enumerable.Range(0, Nodes).Select(node => $"{node} wants {wishes[node]}, tried {_hasTried[node]}, answered {_answers[node]}, hears {_heard[node]}"));

        private static ulong Id(int node) => (ulong)node + 1;

        private void Take(int node, UpstreamPath path) => _heard[node] = path.ObjectionTo(Id(node)) is null ? path : null;

        private UpstreamPath PathOf(int node) => _heard[node] is { } heard ? heard.Below(Id(node)) : UpstreamPath.OfNobodysFollower(Id(node));
    }
}
