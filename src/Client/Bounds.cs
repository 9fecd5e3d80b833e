using System.Numerics;
using System.Runtime.CompilerServices;

namespace Replication.Client;

internal static class Bounds
{
    internal static void Check<T>(T value, T lowest, T highest, [CallerArgumentExpression(nameof(value))] string? name = null)
        where T : IComparisonOperators<T, T, bool>
    {
        if (value < lowest || value > highest)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {lowest} and {highest}.");
    }

    internal static void Check(TimeSpan value, TimeSpan lowest, TimeSpan highest, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (value < lowest || value > highest)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {lowest} and {highest}.");
    }
}
