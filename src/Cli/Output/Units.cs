using System.Globalization;

namespace Replication.Cli.Output;

/// <summary>Amounts as people read them.</summary>
internal static class Units
{
    /// <summary>Like <c>1.5 MB</c>, in powers of ten.</summary>
    internal static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.0} GB"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1e3 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
    };

    /// <summary>Like <c>350 ms</c>, <c>12.4 s</c> or <c>3.0 min</c>.</summary>
    internal static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
    };

    /// <summary>As <see cref="Time(TimeSpan)"/>.</summary>
    internal static string Millis(ulong millis) => Time(TimeSpan.FromMilliseconds(millis));
}
