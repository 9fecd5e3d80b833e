using System.Globalization;
using Replication.Cli.Output;

namespace Replication.Cli.Following;

/// <summary>How far a group of sessions was at a moment.</summary>
/// <param name="Elapsed">Since it began.</param>
/// <param name="Sessions">Open ones.</param>
/// <param name="Entries">Taken in by all together.</param>
/// <param name="Bytes">Of these entries.</param>
/// <param name="Age">Of the session that may be furthest behind; null while that of one is not known.</param>
internal readonly record struct FollowReading(TimeSpan Elapsed, int Sessions, long Entries, long Bytes, TimeSpan? Age)
{
    internal static FollowReading Of(FollowGroup group, TimeSpan elapsed)
    {
        var ages = group.Tallies.Select(static tally => tally.Age).ToArray();
        return new FollowReading(
            elapsed, group.Open, group.Tallies.Sum(static tally => tally.Entries), group.Tallies.Sum(static tally => tally.Bytes), Array.Exists(ages, static age => age is null) ? null : ages.Max());
    }
}

/// <summary>Writes a reading, with the rates since the one before: a line for a person, or JSON.</summary>
internal static class FollowReport
{
    internal static void Write(CommandContext context, in FollowReading reading, in FollowReading before, bool isLast)
    {
        var seconds = Math.Max(0.001, (reading.Elapsed - before.Elapsed).TotalSeconds);
        var entryRate = (reading.Entries - before.Entries) / seconds;
        var byteRate = (reading.Bytes - before.Bytes) / seconds;
        if (!context.Json)
        {
            context.Answer.Line(Text(reading, entryRate, byteRate, isLast));
            return;
        }
        var (now, last) = (reading, isLast);
        context.Answer.Json(json =>
        {
            json.WriteNumber("seconds", Math.Round(now.Elapsed.TotalSeconds, 3));
            json.WriteNumber("sessions", now.Sessions);
            json.WriteNumber("entries", now.Entries);
            json.WriteNumber("bytes", now.Bytes);
            json.WriteNumber("entriesPerSecond", Math.Round(entryRate));
            json.WriteNumber("bytesPerSecond", Math.Round(byteRate));
            if (now.Age is { } age) json.WriteNumber("ageMillis", (long)age.TotalMilliseconds);
            else json.WriteNull("ageMillis");
            json.WriteBoolean("final", last);
        });
    }

    private static string Text(in FollowReading reading, double entryRate, double byteRate, bool isLast) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(isLast ? "all " : "")}{reading.Elapsed.TotalSeconds:0.0} s  {reading.Sessions} sessions  {reading.Entries} entries  {entryRate:0}/s  {Units.Bytes(reading.Bytes)}  {Units.Bytes(byteRate)}/s  age {(reading.Age is { } age ? Units.Time(age) : "unknown")}");
}
