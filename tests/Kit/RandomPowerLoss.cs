namespace Replication.Kit;

/// <summary>
/// A power loss in which each un-synced sector and each un-synced name has a fate of its own. How much is kept and torn
/// altogether is drawn first, so that losses of nearly everything and of nearly nothing come, too. The same seed and the
/// same disk give the same loss.
/// </summary>
public sealed class RandomPowerLoss : IPowerLoss
{
    private readonly Random _random;
    private readonly double _kept;
    private readonly double _torn;
    private readonly double _namesKept;

    public RandomPowerLoss(int seed)
        : this(new Random(seed))
    {
    }

    /// <summary>Draws from a sequence that goes on elsewhere.</summary>
    public RandomPowerLoss(Random random)
    {
        _random = random;
        _kept = random.NextDouble();
        _torn = random.NextDouble() / 4;
        _namesKept = random.NextDouble();
    }

    /// <summary>Sectors that were kept, dropped and torn so far, to see that each has happened.</summary>
    public (int Kept, int Dropped, int Torn) Sectors { get; private set; }

    /// <summary>Names that were kept and dropped so far.</summary>
    public (int Kept, int Dropped) Names { get; private set; }

    public SectorFate FateOf(long sector, int writes)
    {
        if (_random.NextDouble() < _torn)
        {
            Sectors = Sectors with { Torn = Sectors.Torn + 1 };
            return new SectorFate(_random.Next(1, writes + 1), _random.Next(1, PowerLoss.SectorBytes));
        }
        if (_random.NextDouble() < _kept)
        {
            Sectors = Sectors with { Kept = Sectors.Kept + 1 };
            return SectorFate.Whole(_random.Next(1, writes + 1));
        }
        Sectors = Sectors with { Dropped = Sectors.Dropped + 1 };
        return SectorFate.Lost;
    }

    public bool KeepsName(int ordinal, int count)
    {
        var keeps = _random.NextDouble() < _namesKept;
        Names = keeps ? Names with { Kept = Names.Kept + 1 } : Names with { Dropped = Names.Dropped + 1 };
        return keeps;
    }
}
